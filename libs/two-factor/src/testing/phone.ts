import { createHmac } from 'node:crypto';
import { type Clock, systemClock } from '../options/clock.js';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** How far from the present a wrong code stays away from the right ones: ten minutes either way. */
const FAR_STEPS = 20;

/**
 * An authenticator app. It shares no code with the library: it reads the picture as a camera does, and
 * computes codes by RFC 4226 §5.3 and RFC 6238 §4.2, so that a test with it proves what a phone would show.
 */
export class Phone {
  /** The Key URI that was in the QR code. */
  readonly keyUri: string;
  readonly issuer: string;
  readonly account: string;
  /** Base32, as it stands in the Key URI. */
  readonly secret: string;
  readonly #clock: Clock;
  readonly #key: Buffer;
  readonly #periodSeconds: number;
  readonly #digits: number;
  #lastShownStep = -1;

  private constructor(keyUri: string, clock: Clock) {
    const { pathname, searchParams, protocol, host } = new URL(keyUri);
    const algorithm = searchParams.get('algorithm') ?? 'SHA1';
    if (protocol !== 'otpauth:' || host !== 'totp' || algorithm !== 'SHA1') {
      throw new Error('This is no Key URI of a time-based code with SHA-1');
    }
    const [issuer = '', account = ''] = pathname.slice(1).split(':').map(decodeURIComponent);
    this.keyUri = keyUri;
    this.issuer = issuer;
    this.account = account;
    this.secret = searchParams.get('secret') ?? '';
    this.#clock = clock;
    this.#key = decodeBase32(this.secret);
    this.#periodSeconds = Number(searchParams.get('period') ?? 30);
    this.#digits = Number(searchParams.get('digits') ?? 6);
  }

  /** Takes a Key URI as text: `otpauth://totp/…`. */
  static of(keyUri: string, clock: Clock = systemClock): Phone {
    return new Phone(keyUri, clock);
  }

  /**
   * Reads the QR code in a picture. It needs the packages `jsqr` and `pngjs`.
   *
   * @param dataUri a PNG as a `data:` URI, as setup answers with
   */
  static async scan(dataUri: string, clock: Clock = systemClock): Promise<Phone> {
    const { PNG } = await import('pngjs');
    const { default: jsqr } = await import('jsqr');
    const { data, width, height } = PNG.sync.read(Buffer.from(dataUri.split(',')[1] ?? '', 'base64'));
    const found = readerOf(jsqr)(new Uint8ClampedArray(data), width, height);
    if (found === null) {
      throw new Error('There is no QR code in the picture');
    }
    return new Phone(Buffer.from(found.binaryData).toString('utf8'), clock);
  }

  /** The code on the screen, or the one of some steps before or after. */
  code({ steps = 0 }: { readonly steps?: number } = {}): string {
    return this.#codeOf(this.#presentStep() + steps);
  }

  /**
   * A code that this phone has not given yet. A code works once, and the server takes one step of drift: so
   * two fresh codes are to be had without waiting, and then one every period.
   *
   * @throws Error when the next one would be too early for the server: advance the clock
   */
  freshCode(): string {
    const present = this.#presentStep();
    const step = Math.max(present, this.#lastShownStep + 1);
    if (step > present + 1) {
      throw new Error(`No fresh code for now: advance the clock by ${this.#periodSeconds} seconds`);
    }
    this.#lastShownStep = step;
    return this.#codeOf(step);
  }

  /** A well-formed code that is none of those around the present one. */
  wrongCode(): string {
    const near = new Set(
      Array.from({ length: 2 * FAR_STEPS + 1 }, (_, index) => this.code({ steps: index - FAR_STEPS })),
    );
    const candidates = Array.from({ length: near.size + 1 }, (_, guess) =>
      String(guess).padStart(this.#digits, '0'),
    );
    return candidates.find((candidate) => !near.has(candidate)) ?? '';
  }

  #presentStep(): number {
    return Math.floor(this.#clock.now().getTime() / 1000 / this.#periodSeconds);
  }

  #codeOf(step: number): string {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(step));
    const digest = createHmac('sha1', this.#key).update(counter).digest();
    const offset = (digest.at(-1) ?? 0) & 0x0f;
    const truncated = digest.readUInt32BE(offset) & 0x7f_ff_ff_ff;
    return String(truncated % 10 ** this.#digits).padStart(this.#digits, '0');
  }
}

type QrReader = (data: Uint8ClampedArray, width: number, height: number) => { binaryData: number[] } | null;

/** Of a package in CommonJS, whose function is the default as well as its default's: which of them depends on who asks. */
function readerOf(jsqr: QrReader | { readonly default: QrReader }): QrReader {
  return typeof jsqr === 'function' ? jsqr : jsqr.default;
}

/** As phones read what people type: in any case, with spaces, dashes and padding; bits that fill no byte fall away. */
function decodeBase32(text: string): Buffer {
  const characters = text.toUpperCase().replaceAll(/[ =-]/g, '');
  const bits = Array.from(characters, (character) => BASE32.indexOf(character).toString(2).padStart(5, '0'));
  const bytes = bits.join('').match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}
