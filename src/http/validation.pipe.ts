import { type ValidationError, ValidationPipe } from '@nestjs/common';
import type { FieldFault } from 'nestjs-two-factor';
import { ApiException } from './errors/api.exception.js';

/** Requests as their classes say, and nothing else in them. */
export const validationPipe = new ValidationPipe({
  transform: true,
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: true,
  stopAtFirstError: true,
  // The value a client sent never goes into an error.
  validationError: { target: false, value: false },
  exceptionFactory: (errors) => new ApiException('VALIDATION_FAILED', { details: errors.flatMap(faultsOf) }),
});

function faultsOf({ property, constraints = {}, children = [] }: ValidationError): FieldFault[] {
  const own = Object.values(constraints).map((message) => ({ field: property, message }));
  return [...own, ...children.flatMap(faultsOf)];
}
