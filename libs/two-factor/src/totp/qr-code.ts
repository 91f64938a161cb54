import { toDataURL } from 'qrcode';

/**
 * Draws a Key URI as a QR code.
 *
 * Black on white with the quiet zone of ISO/IEC 18004, since phones read nothing else reliably; error
 * correction M; five pixels a module, which is over 200 px for every Key URI.
 *
 * @returns a PNG as a `data:` URI for `<img src>`: the secret is never sent to a picture service
 */
export function drawQrCode(uri: string): Promise<string> {
  return toDataURL(uri, { type: 'image/png', errorCorrectionLevel: 'M', margin: 4, scale: 5 });
}
