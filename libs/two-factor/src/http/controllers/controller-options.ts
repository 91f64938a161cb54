import {
  type CanActivate,
  Controller,
  type ControllerOptions as NestControllerOptions,
  SerializeOptions,
  type Type,
  UseGuards,
  UseInterceptors,
  applyDecorators,
} from '@nestjs/common';
import { AnswerHeaders } from '../answer-headers.interceptor.js';
import type { TwoFactorHost } from '../two-factor-host.js';

/** What a host says of a controller of the library's. One object does for all of them. */
export interface ControllerOptions<Request extends object, Route extends string> {
  /** Where the calls are: `auth/2fa`. */
  readonly path: string;
  /** The host's side, an injectable class of the module that holds the controller. */
  readonly host: Type<TwoFactorHost<Request>>;
  /** For a host that calls `enableVersioning()`: the version of the calls, `'1'`. Default: that of the application. */
  readonly version?: NonNullable<NestControllerOptions['version']>;
  /** The `name` of the module it calls, when that has one. */
  readonly name?: string;
  /** Guards every call but those that come before there is a session, such as `verify`. Leave out what is global. */
  readonly guards?: readonly Type<CanActivate>[];
  /** More decorators for single routes: to document one, to limit it, to open `verify` under a global guard. */
  readonly decorators?: Partial<Record<Route, readonly MethodDecorator[]>>;
  /** Decorators of the class, for all of its routes: `[ApiTags('auth')]`. */
  readonly classDecorators?: readonly ClassDecorator[];
}

/** The decorators of a controller that is made for a host. */
export interface ControllerDecorators<Route extends string> {
  /** Of the class. */
  readonly controller: ClassDecorator;
  /** Of a route that only a session opens: the host's guards, and what the host adds to the route. */
  readonly guarded: (route: Route) => MethodDecorator;
  /** Of a route that is called before there is a session: what the host adds to it. */
  readonly open: (route: Route) => MethodDecorator;
}

/** @param subpath where the calls of this controller lie below the host's path: `passkeys` */
export function decoratorsFor<Request extends object, Route extends string>(
  { path, version, guards = [], decorators = {}, classDecorators = [] }: ControllerOptions<Request, Route>,
  { subpath = '' }: { readonly subpath?: string } = {},
): ControllerDecorators<Route> {
  const ofHost: Partial<Record<Route, readonly MethodDecorator[]>> = decorators;
  const open = (route: Route): MethodDecorator => applyDecorators(...(ofHost[route] ?? []));
  return {
    controller: applyDecorators(
      Controller({
        path: subpath === '' ? path : `${path}/${subpath}`,
        ...(version === undefined ? {} : { version }),
      }),
      UseInterceptors(AnswerHeaders),
      // Under a ClassSerializerInterceptor that shows nothing which is not exposed, the answers would be empty.
      SerializeOptions({ strategy: 'exposeAll' }),
      ...classDecorators,
    ),
    guarded: (route) => applyDecorators(open(route), UseGuards(...guards)),
    open,
  };
}
