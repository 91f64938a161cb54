import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { Response } from 'express';

/** The host's own filter. It has always shown an exception's `code`, for its own errors have one. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  catch(exception: unknown, host: ArgumentsHost): void {
    const isKnown = exception instanceof HttpException;
    const code = isKnown && 'code' in exception ? exception.code : 'UNKNOWN';
    const text = isKnown ? exception.message : 'Something went wrong';
    if (!isKnown) {
      console.error(exception);
    }
    host
      .switchToHttp()
      .getResponse<Response>()
      .status(isKnown ? exception.getStatus() : 500)
      .json({ ok: false, error: { code, text } });
  }
}
