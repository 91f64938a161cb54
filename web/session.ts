import { CallFailure, type GetAccessToken, type Tokens } from 'two-factor-elements';
import type { AccountApi } from './account-api.js';

/**
 * Who is signed in, in this page's memory and nowhere else: what storage holds, any script of the origin can
 * read later. A reload therefore means signing in again.
 */
export class Session {
  #tokens: Tokens | undefined;
  #refreshing: Promise<string | undefined> | undefined;

  constructor(private readonly api: AccountApi) {}

  accept(tokens: Tokens): void {
    this.#tokens = tokens;
  }

  readonly getAccessToken: GetAccessToken = ({ refresh }) => {
    if (!refresh) {
      return this.#tokens?.accessToken;
    }
    // One refresh for all who ask: a refresh token that comes twice ends the session.
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  };

  async #refresh(): Promise<string | undefined> {
    const before = this.#tokens;
    if (before === undefined) {
      return undefined;
    }
    const after = await this.#refreshed(before);
    // Whoever signed out meanwhile, or in as somebody else, is not brought back.
    if (this.#tokens === before) {
      this.#tokens = after;
    }
    return this.#tokens?.accessToken;
  }

  /** @returns the next tokens, or `undefined` when the session has ended */
  async #refreshed({ refreshToken }: Tokens): Promise<Tokens | undefined> {
    try {
      return await this.api.refresh(refreshToken);
    } catch (error) {
      if (CallFailure.from(error).isSignedOut) {
        return undefined;
      }
      throw error;
    }
  }

  /** Forgets the tokens, and ends the session on the server, also when its access token has expired. */
  async signOut(): Promise<void> {
    const tokens = this.#tokens;
    this.#tokens = undefined;
    if (tokens !== undefined) {
      // Without a network the session runs out by itself; nobody is kept signed in for that.
      await this.#end(tokens).catch(() => undefined);
    }
  }

  async #end(tokens: Tokens): Promise<void> {
    try {
      await this.api.logout(tokens.accessToken);
    } catch (error) {
      const next = CallFailure.from(error).isSignedOut ? await this.#refreshed(tokens) : undefined;
      if (next !== undefined) {
        await this.api.logout(next.accessToken);
      }
    }
  }
}
