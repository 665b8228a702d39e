import { createSubscriber } from "svelte/reactivity";

/** The time, as something that changes every second; it ticks only while somebody shows it. */
export const clock = (() => {
  const subscribe = createSubscriber((update) => {
    const timer = setInterval(update, 1000);
    return () => clearInterval(timer);
  });
  return {
    get now(): number {
      subscribe();
      return Date.now();
    },
  };
})();
