import { type DynamicModule, Global, Module } from '@nestjs/common';
import { type Clock, systemClock } from 'nestjs-two-factor';
import type { Environment } from './environment.js';

export const ENVIRONMENT = Symbol('ENVIRONMENT');
export const CLOCK = Symbol('CLOCK');

/** What every module may ask for: the parsed environment, and the time. */
@Global()
@Module({})
export class EnvironmentModule {
  static forRoot(environment: Environment, clock: Clock = systemClock): DynamicModule {
    return {
      module: EnvironmentModule,
      providers: [
        { provide: ENVIRONMENT, useValue: environment },
        { provide: CLOCK, useValue: clock },
      ],
      exports: [ENVIRONMENT, CLOCK],
    };
  }
}
