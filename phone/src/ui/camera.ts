/** The phone's camera, and its pictures made small: never through the gallery, where others look. */

const LARGEST_SIDE = 1024;
const ENOUGH_BYTES = 130_000; // legible as a photo of a slip, half a minute on a slow network
const QUALITIES = [0.8, 0.65, 0.5, 0.35];

/** Show the camera in `video`; gives what turns it off again. Throws where there is none, or she says no. */
export async function startCamera(
  video: HTMLVideoElement,
  facing: "environment" | "user",
): Promise<() => void> {
  const wanted = { facingMode: facing, width: { ideal: 1280 }, height: { ideal: 960 } };
  const stream = await navigator.mediaDevices.getUserMedia({ video: wanted });
  video.srcObject = stream;
  const turnOff = () => {
    for (const track of stream.getTracks()) track.stop();
  };
  try {
    await video.play();
  } catch (error) {
    turnOff();
    throw error;
  }
  return turnOff;
}

/** A picture as a small JPEG. Drawing it anew also leaves behind where and by which phone it was taken. */
export async function smallJpeg(
  picture: CanvasImageSource,
  width: number,
  height: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const scale = Math.min(1, LARGEST_SIDE / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  for (const quality of QUALITIES) {
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", quality));
    if (!blob) throw new Error("no picture");
    if (blob.size <= ENOUGH_BYTES || quality === QUALITIES.at(-1))
      return new Uint8Array(await blob.arrayBuffer());
  }
  throw new Error("unreachable");
}
