import type { FastifyRequest } from 'fastify';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** The methods that the path of a request has, for a request whose method it has not. */
export function allowedMethods({ server, url, method }: FastifyRequest): string[] {
  const path = url.split('?', 1)[0] ?? '';
  const isServed = (candidate: string): boolean =>
    server.findRoute({ method: candidate, url: path }) !== null;
  return isServed(method) ? [] : METHODS.filter(isServed);
}
