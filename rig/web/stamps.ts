/** Rings of invocations and discs of completions: drawn once, and then copied to their places. */

import { GUTTER } from "./time-axis.tsx";

/** Radius of a ring; a disc is a little smaller. */
export const MARK = 4;

const SIDE = 2 * MARK + 4;

type Shape = "ring" | "disc";

const stamps = new Map<string, ImageBitmap>();

/** Around this place, unless that is under the names of the lanes. */
export function stamp(
  context: CanvasRenderingContext2D,
  image: ImageBitmap | null,
  x: number,
  y: number,
): void {
  if (x < GUTTER || image === null) return;
  // On whole pixels, where copying takes no arithmetic.
  context.drawImage(image, Math.round(x) - SIDE / 2, Math.round(y) - SIDE / 2, SIDE, SIDE);
}

export function stampOf(shape: Shape, color: string): ImageBitmap | null {
  const scale = window.devicePixelRatio || 1;
  const key = `${shape} ${color} ${scale}`;
  const known = stamps.get(key);
  if (known !== undefined) return known;
  const canvas = new OffscreenCanvas(SIDE * scale, SIDE * scale);
  const context = canvas.getContext("2d");
  if (context === null) return null;
  context.scale(scale, scale);
  context.beginPath();
  context.lineWidth = 1.5;
  context.strokeStyle = color;
  context.fillStyle = color;
  context.arc(SIDE / 2, SIDE / 2, shape === "ring" ? MARK : MARK - 1, 0, 2 * Math.PI);
  if (shape === "ring") context.stroke();
  else context.fill();
  const image = canvas.transferToImageBitmap();
  stamps.set(key, image);
  return image;
}
