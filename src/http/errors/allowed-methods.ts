import type { FastifyRequest } from 'fastify';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** The methods that the path of a request has, for a request whose method it has not; the routes have no parameters. */
export function allowedMethods({ server, url, method }: FastifyRequest): string[] {
  const path = url.split('?', 1)[0] ?? '';
  return METHODS.filter(
    (candidate) => candidate !== method && server.hasRoute({ method: candidate, url: path }),
  );
}
