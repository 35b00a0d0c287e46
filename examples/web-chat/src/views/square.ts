/** Pixels of a side of a picture of ours. */
const SIDE = 192;

/** The middle of a picture as a small square PNG, without what its file tells of where it was taken. @throws for what is no picture. */
export async function squareOf(file: File): Promise<Uint8Array> {
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  if (!bitmap) throw new Error('This file is no picture.');
  const side = Math.min(bitmap.width, bitmap.height);
  const canvas = document.createElement('canvas');
  canvas.width = SIDE;
  canvas.height = SIDE;
  const [left, top] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2];
  canvas.getContext('2d')?.drawImage(bitmap, left, top, side, side, 0, 0, SIDE, SIDE);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('This picture is too large.');
  return new Uint8Array(await blob.arrayBuffer());
}
