type Options = boolean | AddEventListenerOptions;

/** An element that is known to fire these events: TypeScript then knows what is in their `detail`. */
export interface Listening<Events extends { readonly [Type in keyof Events]: Event }> {
  addEventListener<Type extends keyof Events & string>(
    type: Type,
    listener: (event: Events[Type]) => unknown,
    options?: Options,
  ): void;
  removeEventListener<Type extends keyof Events & string>(
    type: Type,
    listener: (event: Events[Type]) => unknown,
    options?: Options,
  ): void;
}
