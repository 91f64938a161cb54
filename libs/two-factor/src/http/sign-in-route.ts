import { Injectable, Logger, Module, type OnApplicationBootstrap, SetMetadata } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';

const SIGN_IN_ROUTE = Symbol('SIGN_IN_ROUTE');

export interface SignInRouteOptions {
  /** Whether the route opens a challenge for users who have a second factor, instead of a session. */
  readonly asksForSecondFactor: boolean;
}

/** Declares a route that opens sessions: password, link by mail, social login, an old endpoint. */
export const SignInRoute = (options: SignInRouteOptions): MethodDecorator =>
  SetMetadata(SIGN_IN_ROUTE, options);

/** Names, at start, every declared sign-in route that bypasses the challenge: a second door makes the first one useless. */
@Injectable()
export class SignInRoutes implements OnApplicationBootstrap {
  readonly #logger = new Logger('TwoFactor');

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  onApplicationBootstrap(): void {
    for (const route of this.bypasses()) {
      this.#logger.warn(`The sign-in route ${route} does not ask for the second factor`);
    }
  }

  /** The routes, as `Controller.method`. */
  bypasses(): string[] {
    return this.discovery
      .getControllers()
      .flatMap(({ instance, name }: { instance?: object; name: string }) => {
        const prototype: unknown = instance === undefined ? null : Object.getPrototypeOf(instance);
        if (typeof prototype !== 'object' || prototype === null) {
          return [];
        }
        return this.scanner
          .getAllMethodNames(prototype)
          .filter((method) => {
            const handler: unknown = Reflect.get(prototype, method);
            const declared =
              typeof handler === 'function'
                ? this.reflector.get<SignInRouteOptions | undefined>(SIGN_IN_ROUTE, handler)
                : undefined;
            return declared?.asksForSecondFactor === false;
          })
          .map((method) => `${name}.${method}`);
      });
  }
}

/** Once in an application, however many two-factor modules it has: its sign-in routes are one list. */
@Module({ imports: [DiscoveryModule], providers: [SignInRoutes] })
export class SignInRoutesModule {}
