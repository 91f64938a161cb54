import {
  Injectable,
  Logger,
  Module,
  type OnApplicationBootstrap,
  SetMetadata,
  UseInterceptors,
  applyDecorators,
} from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { SignInWatcher } from './sign-in-watch.interceptor.js';

const SIGN_IN_ROUTE = Symbol('SIGN_IN_ROUTE');

export interface SignInRouteOptions {
  /** Whether the route opens a challenge for users who have a second factor, instead of a session. */
  readonly asksForSecondFactor: boolean;
}

/**
 * Declares a route that opens sessions: password, link by mail, social login, an old endpoint. One that asks is watched:
 * a 2xx that leaves although its handler has not called `beginSignIn` or `completeSignIn` is an error in the log.
 */
export const SignInRoute = (options: SignInRouteOptions): MethodDecorator =>
  applyDecorators(
    SetMetadata(SIGN_IN_ROUTE, options),
    ...(options.asksForSecondFactor ? [UseInterceptors(SignInWatcher)] : []),
  );

interface DeclaredRoute extends SignInRouteOptions {
  /** As `Controller.method`. */
  readonly name: string;
}

/**
 * Names, at start, every declared sign-in route that bypasses the challenge: a second door makes the first one useless.
 * Where none is declared, nobody watches any.
 */
@Injectable()
export class SignInRoutes implements OnApplicationBootstrap {
  readonly #logger = new Logger('TwoFactor');

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  onApplicationBootstrap(): void {
    const controllers = this.#controllers();
    const routes = controllers.flatMap((controller) => this.#declaredIn(controller));
    if (controllers.length > 0 && routes.length === 0) {
      this.#logger.warn(
        'No sign-in route is declared: put @SignInRoute({ asksForSecondFactor: true }) on each route that opens sessions, ' +
          'and one that forgets the second factor is named',
      );
    }
    for (const { name, asksForSecondFactor } of routes) {
      if (!asksForSecondFactor) {
        this.#logger.warn(`The sign-in route ${name} does not ask for the second factor`);
      }
    }
  }

  #controllers(): readonly { readonly name: string; readonly prototype: object }[] {
    return this.discovery
      .getControllers()
      .flatMap(({ instance, name }: { instance?: object; name: string }) => {
        const prototype: unknown = instance === undefined ? null : Object.getPrototypeOf(instance);
        return typeof prototype === 'object' && prototype !== null ? [{ name, prototype }] : [];
      });
  }

  #declaredIn({ name, prototype }: { readonly name: string; readonly prototype: object }): DeclaredRoute[] {
    return this.scanner.getAllMethodNames(prototype).flatMap((method) => {
      const handler: unknown = Reflect.get(prototype, method);
      const declared =
        typeof handler === 'function'
          ? this.reflector.get<SignInRouteOptions | undefined>(SIGN_IN_ROUTE, handler)
          : undefined;
      return declared === undefined ? [] : [{ name: `${name}.${method}`, ...declared }];
    });
  }
}

/** Once in an application, however many two-factor modules it has: its sign-in routes are one list. */
@Module({ imports: [DiscoveryModule], providers: [SignInRoutes] })
export class SignInRoutesModule {}
