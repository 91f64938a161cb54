import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  Logger,
  type NestInterceptor,
} from '@nestjs/common';
import { Observable } from 'rxjs';
import { type SignInWatch, underWatch } from '../sign-in/asked.js';

/** What is beneath the responses of Express and of Fastify. */
interface NodeResponse {
  readonly statusCode: number;
  once(event: 'finish', listener: () => void): unknown;
}

/**
 * Watches a declared sign-in route: a 2xx that leaves although nobody has asked the library is named in the log. Of the
 * answer it sees nothing but the status, once it has left.
 */
@Injectable()
export class SignInWatcher implements NestInterceptor {
  readonly #logger = new Logger('TwoFactor');

  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const response = nodeResponseOf(context.switchToHttp().getResponse());
    if (response === undefined) {
      return next.handle();
    }
    const watch: SignInWatch = { wasAsked: false };
    response.once('finish', () => {
      const isGood = response.statusCode >= 200 && response.statusCode < 300;
      if (isGood && !watch.wasAsked) {
        this.#logger.error(
          `The sign-in route ${context.getClass().name}.${context.getHandler().name} answered ${response.statusCode} ` +
            'and had not asked for the second factor: call beginSignIn before a session is opened',
        );
      }
    });
    return new Observable((subscriber) => underWatch(watch, () => next.handle().subscribe(subscriber)));
  }
}

function nodeResponseOf(response: unknown): NodeResponse | undefined {
  if (typeof response !== 'object' || response === null) {
    return undefined;
  }
  const raw: unknown = Reflect.get(response, 'raw') ?? response;
  return isNodeResponse(raw) ? raw : undefined;
}

function isNodeResponse(value: unknown): value is NodeResponse {
  return typeof value === 'object' && value !== null && 'statusCode' in value && 'once' in value;
}
