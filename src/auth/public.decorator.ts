import { type CustomDecorator, SetMetadata } from '@nestjs/common';

export const IS_PUBLIC = Symbol('IS_PUBLIC');

/** Opens a route to everybody. Every other route asks for an access token. */
export const Public = (): CustomDecorator<symbol> => SetMetadata(IS_PUBLIC, true);
