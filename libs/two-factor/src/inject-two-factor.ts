import { Inject, type Type } from '@nestjs/common';
import { TwoFactorService } from './two-factor.service.js';

/**
 * The token of a service of the module that was given a name, for hosts with more than one.
 *
 * @param service default {@link TwoFactorService}; every service that a host can inject is there too
 */
export function twoFactorToken(name: string, service: Type = TwoFactorService): string {
  return `nestjs-two-factor:${name}:${service.name}`;
}

/** Injects the service of the module with that name. Without names, the class alone is enough. */
export const InjectTwoFactor = (name: string, service?: Type): ParameterDecorator & PropertyDecorator =>
  Inject(twoFactorToken(name, service));
