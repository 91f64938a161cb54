import { type Type, applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse } from '@nestjs/swagger';
import { TWO_FACTOR_ERRORS, type TwoFactorErrorCode } from '../errors/two-factor.errors.js';
import { ERROR_ANSWER } from '../http/schemas/error.schema.js';
import { modelOf } from './models.js';

/**
 * Documents refusals by their codes, one response for each status.
 *
 * @param model the host's class of an error's body. Default: what Nest's own filter makes of a `TwoFactorException`
 */
export function apiErrors(
  codes: readonly TwoFactorErrorCode[],
  model: Type = modelOf(ERROR_ANSWER),
): MethodDecorator {
  const byStatus = new Map<number, TwoFactorErrorCode[]>();
  for (const code of codes) {
    const { status } = TWO_FACTOR_ERRORS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return applyDecorators(
    ApiExtraModels(model),
    ...Array.from(byStatus, ([status, those]) =>
      ApiResponse({ status, description: those.join(', '), type: model }),
    ),
  );
}
