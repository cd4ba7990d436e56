import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { sha256 } from "./hash";

test("the digest is the platform's, whatever the length and the letters", () => {
  for (let length = 0; length < 300; length++) {
    const text = "éa€😀"[length % 3]!.repeat(length);
    expect(sha256(text)).toBe(createHash("sha256").update(text).digest("hex"));
  }
});
