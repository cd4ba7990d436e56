/** The vault opens with the right PIN only, keeps the data key through a change of PIN, and seals bind their place. */
import { expect, test } from "vitest";
import { waitAfter, weakness } from "./pin";
import { seal, unseal } from "./seal";
import { changePin, createVault, openVault, WrongPin } from "./vault";

test("what is sealed before a lock opens after the right PIN, and not after a wrong one", async () => {
  const { vault, key } = await createVault("480257");
  const box = await seal(key, "box:a", { name: "Nomsa" });
  expect(await unseal(await openVault(vault, "480257"), "box:a", box)).toEqual({ name: "Nomsa" });
  await expect(openVault(vault, "480258")).rejects.toThrow(WrongPin);
});

test("a new PIN opens the same data", async () => {
  const { vault, key } = await createVault("480257");
  const box = await seal(key, "box:a", [1]);
  const changed = await changePin(vault, "480257", "913046");
  expect(await unseal(await openVault(changed, "913046"), "box:a", box)).toEqual([1]);
  await expect(openVault(changed, "480257")).rejects.toThrow(WrongPin);
});

test("the database alone does not open: another browser's device key fails with the right PIN", async () => {
  const { vault } = await createVault("480257");
  const { vault: other } = await createVault("480257");
  await expect(openVault({ ...vault, device: other.device }, "480257")).rejects.toThrow(WrongPin);
  await expect(crypto.subtle.exportKey("raw", vault.device)).rejects.toThrow();
});

test("a sealed record does not open in another place, nor with a bit changed", async () => {
  const { key } = await createVault("480257");
  const box = await seal(key, "tail:1", "x");
  await expect(unseal(key, "tail:2", box)).rejects.toThrow();
  box[20] = (box[20] as number) ^ 1;
  await expect(unseal(key, "tail:1", box)).rejects.toThrow();
});

test.each([
  ["48025", "too_short"],
  ["111111", "same_digit"],
  ["234567", "in_a_row"],
  ["876543", "in_a_row"],
  ["121212", "repeats"],
  ["123123", "repeats"],
  ["061987", "a_year"],
  ["480257", null],
])("PIN %s is judged %s", (pin, verdict) => expect(weakness(pin)).toBe(verdict));

test("four wrong PINs are free, then the wait grows to an hour", () => {
  expect([1, 4, 5, 6, 7, 8, 9, 50].map(waitAfter)).toEqual([0, 0, 30, 60, 300, 900, 3600, 3600]);
});
