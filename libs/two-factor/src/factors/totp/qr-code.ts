import { create } from 'qrcode';
import { drawPng } from './png.js';

/** The quiet zone of ISO/IEC 18004, in modules. */
const QUIET_ZONE = 4;
/** Over 200 px for every Key URI. */
const PIXELS_PER_MODULE = 5;

/**
 * Draws a Key URI as a QR code: black on white, since phones read nothing else reliably, with error
 * correction M.
 *
 * @returns a PNG as a `data:` URI for `<img src>`: the secret is never sent to a picture service
 */
export async function drawQrCode(uri: string): Promise<string> {
  const { modules } = create(uri, { errorCorrectionLevel: 'M' });
  const png = await drawPng(
    { size: modules.size, isBlack: (row, column) => modules.get(row, column) === 1 },
    { scale: PIXELS_PER_MODULE, border: QUIET_ZONE },
  );
  return `data:image/png;base64,${png.toString('base64')}`;
}
