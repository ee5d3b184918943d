import { use, type ComponentType } from "react";
import { once } from "./settled";

/** A component whose code is fetched when it is first shown, or before that by `preload`. */
export interface Lazy<P> {
  Component: ComponentType<P>;
  preload: () => Promise<unknown>;
}

/** As React's `lazy`, except that what is there already is shown at once. */
export function lazily<P extends object>(load: () => Promise<{ default: ComponentType<P> }>): Lazy<P> {
  const preload = once(load);
  return {
    preload,
    Component: (props: P) => {
      const { default: Loaded } = use(preload());
      return <Loaded {...props} />;
    },
  };
}
