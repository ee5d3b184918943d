import { createContext, use, type RefObject } from "react";

const Context = createContext<RefObject<boolean>>({ current: false });

/** Around the screens; the frame sets it once the person goes from one to another. */
export const NavigationProvider = Context;

/** Whether the current screen was reached from another one, instead of being the first. */
export function useNavigated(): RefObject<boolean> {
  return use(Context);
}
