package dev.kindling.model.score;

import dev.kindling.model.backend.Backend;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** A real backend of which every call is seen, and may be changed, before it computes. */
public final class WatchedBackend {
  private WatchedBackend() {}

  /** What sees a call. */
  @FunctionalInterface
  public interface Watcher {
    /**
     * Sees a call of a kernel.
     *
     * @param arguments may be replaced
     */
    void beforeCall(String kernel, Object[] arguments);
  }

  /** The backend, seen by a watcher. */
  public static Backend of(Backend backend, Watcher watcher) {
    return (Backend)
        Proxy.newProxyInstance(
            Backend.class.getClassLoader(),
            new Class<?>[] {Backend.class},
            (proxy, method, arguments) -> {
              if (arguments != null) {
                watcher.beforeCall(method.getName(), arguments);
              }
              try {
                return method.invoke(backend, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
