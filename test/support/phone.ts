import { createHmac } from 'node:crypto';
import jsQR from 'jsqr';
import { PNG } from 'pngjs';
import type { Clock } from 'nestjs-two-factor';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * An authenticator app, independent of the library: it reads the QR code from the picture, and computes
 * codes from RFC 4226 §5.3 and RFC 6238 §4.2 by itself.
 */
export class Phone {
  readonly issuer: string;
  readonly account: string;
  readonly #key: Buffer;
  readonly #periodSeconds: number;
  readonly #digits: number;

  private constructor(
    readonly uri: string,
    private readonly clock: Clock,
  ) {
    const { pathname, searchParams, protocol, host } = new URL(uri);
    if (protocol !== 'otpauth:' || host !== 'totp' || searchParams.get('algorithm') !== 'SHA1') {
      throw new Error(`No Key URI: ${uri}`);
    }
    const [issuer = '', account = ''] = pathname.slice(1).split(':').map(decodeURIComponent);
    this.issuer = issuer;
    this.account = account;
    this.#key = decodeBase32(searchParams.get('secret') ?? '');
    this.#periodSeconds = Number(searchParams.get('period'));
    this.#digits = Number(searchParams.get('digits'));
  }

  /** Takes the Key URI as text, as after typing it off. */
  static of(uri: string, clock: Clock): Phone {
    return new Phone(uri, clock);
  }

  /** Reads the picture of a `data:` URI. */
  static scan(dataUri: string, clock: Clock): Phone {
    const { data, width, height } = PNG.sync.read(Buffer.from(dataUri.split(',')[1] ?? '', 'base64'));
    const found = jsQR.default(new Uint8ClampedArray(data), width, height);
    if (found === null) {
      throw new Error('There is no QR code in the picture');
    }
    return new Phone(Buffer.from(found.binaryData).toString('utf8'), clock);
  }

  /** The code on the screen, or the one of some steps before or after. */
  code({ steps = 0 } = {}): string {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(
      BigInt(Math.floor(this.clock.now().getTime() / 1000 / this.#periodSeconds) + steps),
    );
    const digest = createHmac('sha1', this.#key).update(counter).digest();
    const offset = (digest.at(-1) ?? 0) & 0x0f;
    const truncated = digest.readUInt32BE(offset) & 0x7f_ff_ff_ff;
    return String(truncated % 10 ** this.#digits).padStart(this.#digits, '0');
  }

  /** A code that is none of those around the present one. */
  wrongCode(): string {
    const near = new Set(Array.from({ length: 41 }, (_, index) => this.code({ steps: index - 20 })));
    let guess = 0;
    while (near.has(String(guess).padStart(this.#digits, '0'))) {
      guess += 1;
    }
    return String(guess).padStart(this.#digits, '0');
  }
}

/** As phones read what people type: in any case, with spaces, dashes and padding; bits that fill no byte fall away. */
function decodeBase32(text: string): Buffer {
  const characters = text.toUpperCase().replaceAll(/[ =-]/g, '');
  const bits = Array.from(characters, (character) =>
    BASE32.indexOf(character).toString(2).padStart(5, '0'),
  ).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
