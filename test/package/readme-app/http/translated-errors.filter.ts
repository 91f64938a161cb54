// oxlint-disable promise/valid-params -- a filter's catch, and no promise's
import { type ArgumentsHost, Catch, HttpException } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { TwoFactorException } from 'nestjs-two-factor';

const GERMAN: Readonly<Record<string, string>> = {
  TWO_FACTOR_CODE_INVALID: 'Dieser Code ist falsch oder schon verbraucht.',
};

@Catch(TwoFactorException)
export class TranslatedErrors extends BaseExceptionFilter {
  override catch(exception: TwoFactorException, host: ArgumentsHost): void {
    const { headers } = host.switchToHttp().getRequest<{ headers: { 'accept-language'?: string } }>();
    const message = headers['accept-language']?.startsWith('de') ? GERMAN[exception.code] : undefined;
    const body: object = Object(exception.getResponse());
    super.catch(
      message === undefined ? exception : new HttpException({ ...body, message }, exception.getStatus()),
      host,
    );
  }
}
