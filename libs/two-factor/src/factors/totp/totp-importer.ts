import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { seal } from '../../crypto/sealed-secret.js';
import type { TwoFactorSettings } from '../../options/two-factor.options.js';
import { TWO_FACTOR_SETTINGS } from '../../options/tokens.js';
import { UserSecretRepository } from './user-secret.repository.js';

/** A secret from before the library came: a column of the host's, in clear. */
export interface ImportedSecret {
  readonly userId: string;
  /** Base32, in any case, with or without padding and spaces. */
  readonly secret: string;
}

export interface ImportReport {
  readonly imported: number;
  /** Users who have an active authenticator already; it stays. */
  readonly skipped: number;
  /** Users whose secret cannot be used: no base32, or under 80 bits. They have to enrol anew. */
  readonly refused: readonly string[];
  /** Users whose secret is under the 128 bits of RFC 4226 §4 R6: it works, and should be replaced. */
  readonly weak: readonly string[];
}

const LEAST_BYTES = 10;
const STRONG_BYTES = 16;
const BITS_PER_CHARACTER = 5;

/** Takes over authenticators that people have on their phones already, and seals them. */
@Injectable()
export class TwoFactorImporter {
  constructor(
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly secrets: UserSecretRepository,
  ) {}

  /**
   * Can be broken off and run again: who is in already is skipped. Backup codes are issued with the next
   * sign-in: `answerChallenge` answers with them.
   *
   * @param isDryRun reads and reports, and writes nothing
   */
  async run(
    users: Iterable<ImportedSecret> | AsyncIterable<ImportedSecret>,
    { isDryRun }: { readonly isDryRun: boolean },
  ): Promise<ImportReport> {
    const refused: string[] = [];
    const weak: string[] = [];
    const count = { imported: 0, skipped: 0 };
    for await (const { userId, secret } of users) {
      const plain = secret.replaceAll(/[\s=-]/g, '').toUpperCase();
      const bytes = Math.floor((plain.length * BITS_PER_CHARACTER) / 8);
      if (!/^[A-Z2-7]+$/.test(plain) || bytes < LEAST_BYTES) {
        refused.push(userId);
        continue;
      }
      if (bytes < STRONG_BYTES) {
        weak.push(userId);
      }
      const isNew = isDryRun ? !(await this.secrets.hasActive(userId)) : await this.#import(userId, plain);
      count[isNew ? 'imported' : 'skipped'] += 1;
    }
    return { ...count, refused, weak };
  }

  #import(userId: string, secret: string): Promise<boolean> {
    const { keys, clock } = this.settings;
    const id = randomUUID();
    const sealedSecret = seal(keys, secret, { userId, rowId: id, column: 'sealed_secret' });
    return this.secrets.importActive({ id, userId, sealedSecret, at: clock.now() });
  }
}
