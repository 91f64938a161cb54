import {
  type ForwardRefExoticComponent,
  type PropsWithoutRef,
  type ReactNode,
  type RefAttributes,
  createElement,
  forwardRef,
  useEffect,
  useImperativeHandle,
  useRef,
} from 'react';

/** What every component takes beside the properties of its element. */
export interface ElementProps {
  readonly id?: string;
  readonly className?: string;
  readonly children?: ReactNode;
}

/** What React itself makes of it; all else is a property of the element, or a handler. */
const OF_REACT: ReadonlySet<string> = new Set(['id', 'className', 'children']);

/**
 * A component around an element. Properties are set by an effect and not by React: React 18 makes attributes of them, and
 * React 19 leaves them out when it takes over what a server has rendered. Handlers are heard from before the first
 * property is set, so that nothing is missed.
 *
 * @param handlers by the name of a prop, the event that it hears
 */
export function componentOf<Host extends HTMLElement, Props extends ElementProps>(
  tag: string,
  handlers: Readonly<Record<string, string>>,
): ForwardRefExoticComponent<PropsWithoutRef<Props> & RefAttributes<Host>> {
  const Component = forwardRef<Host | null, Props>((props, forwarded) => {
    const host = useRef<Host>(null);
    const latest = useRef<object>(props);
    useImperativeHandle<Host | null, Host | null>(forwarded, () => host.current, []);
    useEffect(() => listen(host.current, handlers, latest), []);
    useEffect(() => {
      assign(host.current, { before: latest.current, after: props, handlers });
      latest.current = props;
    });
    // `class`: React 18 would make `classname` of the other.
    return createElement(tag, { ref: host, id: props.id, class: props.className }, props.children);
  });
  Component.displayName = tag;
  return Component;
}

function listen(
  host: HTMLElement | null,
  handlers: Readonly<Record<string, string>>,
  latest: { readonly current: object },
): () => void {
  const ears = new AbortController();
  for (const [name, type] of Object.entries(handlers)) {
    const hear = (event: Event): void => {
      const handler: unknown = Reflect.get(latest.current, name);
      if (typeof handler === 'function') {
        Reflect.apply(handler, undefined, [event instanceof CustomEvent ? event.detail : undefined]);
      }
    };
    host?.addEventListener(type, hear, { signal: ears.signal });
  }
  return () => ears.abort();
}

interface Change {
  readonly before: object;
  readonly after: object;
  readonly handlers: Readonly<Record<string, string>>;
}

/** A prop that is given no more is `undefined`, as it would be without it. */
function assign(host: HTMLElement | null, { before, after, handlers }: Change): void {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  for (const name of names) {
    if (host !== null && !OF_REACT.has(name) && !(name in handlers)) {
      Reflect.set(host, name, Reflect.get(after, name));
    }
  }
}
