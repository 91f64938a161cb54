import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { type Observable, from, lastValueFrom } from 'rxjs';
import { runInTransaction } from 'typeorm-transactional';

/** One transaction around each request, whose errors take everything back. */
@Injectable()
export class TransactionInterceptor implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return from(runInTransaction(() => lastValueFrom(next.handle())));
  }
}
