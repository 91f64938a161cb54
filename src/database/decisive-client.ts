import { Client, type ClientConfig } from 'pg';
import { prepared } from './prepared-statements.js';

/**
 * A connection that prepares its statements, that ends when its server has left one of them without an
 * answer for `query_timeout`, and that never ends the process.
 *
 * node-postgres gives up such a statement only: the connection goes back to its pool still waiting for the
 * answer, and whoever gets it next waits behind it, the ROLLBACK of the same request first of all. Behind
 * a server that has vanished without a word that would last until TCP gives up, a quarter of an hour.
 */
export class DecisiveClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    // While it changes hands between the pool and TypeORM nobody listens, and an `error` that nobody listens
    // to ends the process: a server that is shut down in that moment would take it along. Whoever holds the
    // connection has listeners of its own, and learns of the loss from them or from its next statement.
    this.on('error', () => {});
    const ask = this.query.bind(this);
    // Not an override, for it would have to repeat every overload of `query`.
    Object.defineProperty(this, 'query', {
      value: (...question: readonly unknown[]): unknown => {
        const answer: unknown = Reflect.apply(ask, undefined, prepared(question));
        if (answer instanceof Promise) {
          void this.#endAfterTimeout(answer);
        }
        return answer;
      },
    });
  }

  async #endAfterTimeout(answer: Promise<unknown>): Promise<void> {
    try {
      await answer;
    } catch (error) {
      if (error instanceof Error && error.message === 'Query read timeout') {
        // With a statement under way this closes the socket at once.
        await this.end();
      }
    }
  }
}
