import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
  Module,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, MetadataScanner } from '@nestjs/core';
import { TwoFactorHostError } from '../errors/two-factor-host.error.js';

// Where @RequireTwoFactor() can stand: on controllers, and on their routes.

/** What the decorator leaves where it stands, whichever host's it is. */
export const REQUIRES_TWO_FACTOR = Symbol('REQUIRES_TWO_FACTOR');
/** By what Nest knows a handler as a route: `@Get()` and its like leave it. */
const PATH_METADATA = 'path';

/** Refuses calls by name that come by another way than HTTP: their callers are found on no request. */
@Injectable()
export class HttpOnly implements CanActivate {
  /** @throws TwoFactorHostError for GraphQL, WebSockets and microservices */
  canActivate(context: ExecutionContext): true {
    const transport: string = context.getType();
    if (transport === 'http') {
      return true;
    }
    const place = `${context.getClass().name}.${context.getHandler().name}`;
    throw new TwoFactorHostError(
      `@RequireTwoFactor() on ${place} guards HTTP, and was called by ${transport}: ${INSTEAD}`,
    );
  }
}

const INSTEAD = 'call require of TwoFactorSessions there';

/** How a place is called in messages: `PayoutsController.list`, or the class alone. */
export function placeOf(target: object, property?: string | symbol): string {
  return typeof target === 'function' ? target.name : `${target.constructor.name}.${String(property)}`;
}

/** Names, at start, every place where the decorator guards nothing, and every route that has lost it. */
@Injectable()
class GuardedPlaces implements OnApplicationBootstrap {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /** @throws TwoFactorHostError so that the application does not start */
  onApplicationBootstrap(): void {
    const controllers = prototypesOf(this.discovery.getControllers());
    const faults = [
      ...prototypesOf(this.discovery.getProviders()).flatMap((provider) => this.#faultsOfProvider(provider)),
      ...controllers.flatMap((controller) => this.#faultsOfController(controller)),
    ];
    if (faults.length > 0) {
      throw new TwoFactorHostError(faults.join('; '));
    }
  }

  #faultsOfProvider(prototype: object): string[] {
    const { constructor } = prototype;
    const isMarkedAnywhere = isMarked(constructor) || this.#methodsOf(prototype).some(isMarkedMethod);
    return isMarkedAnywhere
      ? [`@RequireTwoFactor() guards controllers, and ${constructor.name} is none: ${INSTEAD}`]
      : [];
  }

  #faultsOfController(prototype: object): string[] {
    const methods = this.#methodsOf(prototype);
    const noRoutes = methods
      .filter((method) => isMarkedMethod(method) && !isRoute(method))
      .map(
        (method) => `@RequireTwoFactor() guards HTTP, and ${placeIn(method)} is no route of it: ${INSTEAD}`,
      );
    const bared = methods
      .filter(
        (method) => isRoute(method) && !isMarkedMethod(method) && overridden(method).some(isMarkedMethod),
      )
      .map((method) => `${placeIn(method)} overrides a route with @RequireTwoFactor(), and has none itself`);
    // What the class says holds for all of its routes.
    return [...noRoutes, ...(isMarked(prototype.constructor) ? [] : bared)];
  }

  #methodsOf(prototype: object): Method[] {
    return this.scanner.getAllMethodNames(prototype).flatMap((name) => methodOf(prototype, name));
  }
}

/** Once in an application, however many two-factor modules it has. */
@Module({ imports: [DiscoveryModule], providers: [GuardedPlaces] })
export class GuardedPlacesModule {}

interface Method {
  readonly name: string;
  readonly handler: object;
  readonly prototype: object;
}

function prototypesOf(wrappers: readonly { readonly instance?: unknown }[]): object[] {
  const prototypes = wrappers.flatMap(({ instance }) => {
    const prototype: unknown =
      typeof instance === 'object' && instance !== null ? Object.getPrototypeOf(instance) : null;
    return typeof prototype === 'object' && prototype !== null ? [prototype] : [];
  });
  return [...new Set(prototypes)];
}

function methodOf(prototype: object, name: string): Method[] {
  const handler: unknown = Reflect.get(prototype, name);
  return typeof handler === 'function' ? [{ name, handler, prototype }] : [];
}

function isMarked(target: object): boolean {
  return Reflect.hasMetadata(REQUIRES_TWO_FACTOR, target);
}

function isMarkedMethod({ handler }: Method): boolean {
  return isMarked(handler);
}

function isRoute({ handler }: Method): boolean {
  return Reflect.hasMetadata(PATH_METADATA, handler);
}

/** The methods of that name further up, in place of which it stands. */
function overridden({ name, prototype }: Pick<Method, 'name' | 'prototype'>): Method[] {
  const above = Reflect.getPrototypeOf(prototype);
  return above === null ? [] : [...methodOf(above, name), ...overridden({ name, prototype: above })];
}

function placeIn({ name, prototype }: Method): string {
  return placeOf(prototype, name);
}
