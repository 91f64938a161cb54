import { type INestApplicationContext, RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer } from '@nestjs/core';
import { IS_PUBLIC } from '../../../src/auth/public.decorator.js';

export interface Route {
  readonly method: string;
  readonly path: string;
  /** Whether it says `@Public()`, on the handler or on the controller. */
  readonly isPublic: boolean;
}

/** Walks every handler of every controller in the container: what has been forgotten is found as well. */
export function routesOf(app: INestApplicationContext): Route[] {
  const modules = [...app.get(ModulesContainer).values()];
  return modules.flatMap(({ controllers }) =>
    [...controllers.values()].flatMap(({ metatype }) =>
      typeof metatype === 'function' ? routesOfController(metatype) : [],
    ),
  );
}

function routesOfController(controller: Function): Route[] {
  const prototype = controller.prototype as Record<string, unknown>;
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const handler = prototype[name];
    const method: unknown =
      typeof handler === 'function' ? Reflect.getMetadata(METHOD_METADATA, handler) : null;
    if (typeof handler !== 'function' || typeof method !== 'number') {
      return [];
    }
    const paths = listOf(Reflect.getMetadata(PATH_METADATA, controller)).flatMap((base) =>
      listOf(Reflect.getMetadata(PATH_METADATA, handler)).map((end) => pathOf(base, end)),
    );
    const isPublic = [handler, controller].some((target) => Reflect.getMetadata(IS_PUBLIC, target) === true);
    return paths.map((path) => ({ method: RequestMethod[method] ?? '', path, isPublic }));
  });
}

function listOf(metadata: unknown): string[] {
  return Array.isArray(metadata) ? metadata.map(String) : [String(metadata)];
}

function pathOf(base: string, end: string): string {
  const path = [base, end].map((part) => part.replaceAll(/^\/+|\/+$/g, '')).filter(Boolean);
  const isHealth = path[0] === 'health';
  return `/${[...(isHealth ? [] : ['api/v1']), ...path].join('/')}`;
}

/** Reads what Fastify itself says it serves: `GET /path`, one for each method. */
export function servedBy(printedRoutes: string): string[] {
  const parents: string[] = [];
  return printedRoutes.split('\n').flatMap((line) => {
    const [, indent = '', part = '', methods = ''] =
      /^([│ ]*)[├└]── (\S+)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? [];
    if (part === '') {
      return [];
    }
    const depth = indent.length / 4;
    const path = `${depth === 0 ? '' : (parents[depth - 1] ?? '')}${part}`;
    parents[depth] = path;
    return methods === '' ? [] : methods.split(', ').map((method) => `${method} ${path}`);
  });
}
