package dev.kindling.benchmarks.trainstep;

import dev.kindling.model.backend.Backend;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Passes calls on to a backend and adds up how long each kernel took. */
public final class KernelTimes implements InvocationHandler {
  private static final double NANOS_PER_MILLISECOND = 1e6;

  private final Backend backend;
  private final Map<String, Total> totals = new HashMap<>();

  /** Of all calls of one kernel so far. */
  private record Total(long nanos, long calls) {
    Total plus(long moreNanos) {
      return new Total(nanos + moreNanos, calls + 1);
    }
  }

  /**
   * A row of the profile.
   *
   * @param configuration the model
   * @param engine who trains it
   * @param kernel a method of the backend; {@code others} is all that is no kernel
   * @param milliseconds of a step
   * @param calls in a step
   */
  public record Row(
      String configuration, String engine, String kernel, double milliseconds, double calls) {}

  /** Of a backend, of which every call is waited for. */
  public KernelTimes(Backend backend) {
    this.backend = backend;
  }

  /** The backend whose calls are timed. */
  public Backend timed() {
    return (Backend)
        Proxy.newProxyInstance(
            Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, this);
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    if (method.getName().equals("runPass")) {
      // Started all at once, kernels could not be told apart.
      ((Runnable) arguments[0]).run();
      return null;
    }
    long start = System.nanoTime();
    try {
      Object result = method.invoke(backend, arguments);
      backend.awaitKernels();
      return result;
    } catch (InvocationTargetException e) {
      throw e.getCause();
    } finally {
      long nanos = System.nanoTime() - start;
      totals.merge(method.getName(), new Total(nanos, 1), (old, one) -> old.plus(one.nanos()));
    }
  }

  /** Forgets what was timed so far. */
  public void clear() {
    totals.clear();
  }

  /** A row for each kernel, the slowest first, and one for the rest of the steps. */
  public List<Row> rows(String configuration, String engine, int numSteps, double seconds) {
    List<Row> rows = new ArrayList<>();
    double rest = seconds * 1e3;
    for (Map.Entry<String, Total> entry : totals.entrySet()) {
      double milliseconds = entry.getValue().nanos() / NANOS_PER_MILLISECOND;
      rest -= milliseconds;
      rows.add(
          new Row(
              configuration,
              engine,
              entry.getKey(),
              milliseconds / numSteps,
              (double) entry.getValue().calls() / numSteps));
    }
    rows.sort(Comparator.comparingDouble(Row::milliseconds).reversed());
    rows.add(new Row(configuration, engine, "others", rest / numSteps, 1));
    return rows;
  }
}
