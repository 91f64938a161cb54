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
    if (this.#tokens === undefined) {
      return undefined;
    }
    try {
      this.#tokens = await this.api.refresh(this.#tokens.refreshToken);
      return this.#tokens.accessToken;
    } catch (error) {
      if (CallFailure.from(error).isSignedOut) {
        this.#tokens = undefined;
        return undefined;
      }
      throw error;
    }
  }

  /** Forgets the tokens, and tells the server. */
  async signOut(): Promise<void> {
    const token = this.#tokens?.accessToken;
    this.#tokens = undefined;
    if (token !== undefined) {
      // Without a network the session runs out by itself; nobody is kept signed in for that.
      await this.api.logout(token).catch(() => undefined);
    }
  }
}
