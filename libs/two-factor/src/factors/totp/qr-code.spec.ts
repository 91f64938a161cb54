import jsqr from 'jsqr';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { keyUri } from './key-uri.js';
import { drawQrCode } from './qr-code.js';

const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const WHITE = 0xffffffff;
const BLACK = 0x000000ff;

interface Picture {
  readonly width: number;
  readonly height: number;
  /** One number a pixel, red, green, blue and alpha in eight bits each. */
  readonly pixels: readonly number[];
  readonly bytes: Uint8ClampedArray;
}

function decodePng(dataUri: string): Picture {
  const [, base64 = ''] = /^data:image\/png;base64,([A-Za-z0-9+/]+=*)$/.exec(dataUri) ?? [];
  const { width, height, data } = PNG.sync.read(Buffer.from(base64, 'base64'));
  const pixels = Array.from({ length: width * height }, (_, index) => data.readUInt32BE(index * 4));
  return { width, height, pixels, bytes: new Uint8ClampedArray(data) };
}

/** What the camera of a phone reads. */
function readByCamera({ bytes, width, height }: Picture): string | undefined {
  return jsqr.default(bytes, width, height, { inversionAttempts: 'dontInvert' })?.data;
}

const URIS = [
  ['a plain one', keyUri({ secret: SECRET, issuer: 'Acme', account: 'alice@example.com' })],
  ['the shortest', keyUri({ secret: SECRET, issuer: 'A', account: 'b' })],
  ['a hostile one', keyUri({ secret: SECRET, issuer: 'É & "Söhne": 100 %', account: 'a+b:c&d%/é😀@x.io' })],
  [
    'the longest e-mail address',
    keyUri({
      secret: SECRET,
      issuer: 'Acme Corporation, Limited',
      account: `${'+&é😀'.repeat(8)}@${'sub-domain.'.repeat(23)}io`,
    }),
  ],
] as const;

describe('drawQrCode', () => {
  it.each(URIS)('draws what a camera reads back: %s', async (_, uri) => {
    const picture = decodePng(await drawQrCode(uri));

    expect(readByCamera(picture)).toBe(uri);
  });

  it.each(URIS)('draws a square of at least 200 pixels in pure black and white: %s', async (_, uri) => {
    const { width, height, pixels } = decodePng(await drawQrCode(uri));

    expect(height).toBe(width);
    expect(width).toBeGreaterThanOrEqual(200);
    expect(new Set(pixels)).toEqual(new Set([BLACK, WHITE]));
  });

  it.each(URIS)('leaves four white modules free on each side (ISO/IEC 18004): %s', async (_, uri) => {
    const { width, pixels } = decodePng(await drawQrCode(uri));
    const rows = Array.from({ length: width }, (__, row) => pixels.slice(row * width, (row + 1) * width));
    const hasBlack = (line: readonly number[] = []): boolean => line.includes(BLACK);
    const columns = rows.map((__, column) => rows.map((row) => row[column] ?? WHITE));
    const top = rows.findIndex(hasBlack);
    // The finder pattern in the corner is seven modules wide.
    const corner = rows[top] ?? [];
    const module = (corner.indexOf(WHITE, corner.indexOf(BLACK)) - corner.indexOf(BLACK)) / 7;

    const free = {
      top,
      left: columns.findIndex(hasBlack),
      bottom: width - 1 - rows.findLastIndex(hasBlack),
      right: width - 1 - columns.findLastIndex(hasBlack),
    };

    expect(Number.isInteger(module)).toBe(true);
    expect(free).toEqual({ top: 4 * module, left: 4 * module, bottom: 4 * module, right: 4 * module });
  });
});
