package dev.kindling.spark.score.executor;

import dev.kindling.data.manifest.Manifest;
import dev.kindling.model.train.Precision;
import dev.kindling.spark.parallel.KernelSettings;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The models of this executor's process. A task borrows one and gives it back; weights are read
 * when the first task needs them, shared by all, and freed when no task has needed them for a
 * minute. Native memory of a model is not seen by the garbage collector, so that nothing but time
 * can tell here that a job is over.
 */
public final class ExecutorModels {
  private static final long IDLE_SECONDS = 60;

  private static final ExecutorModels OF_THIS_PROCESS = new ExecutorModels(IDLE_SECONDS);

  /**
   * A checkpoint that was written anew under the same name is another one. Weights that lie on GPUs
   * are there once on each.
   */
  private record Key(
      String directory,
      Manifest manifest,
      Precision precision,
      Optional<KernelSettings.Place> place) {}

  /** One model, and what of it is not in use; guarded by itself while it loads. */
  private static final class Entry {
    LoadedModel loaded;
    int numBorrowed;
    long idleSinceNanos;
    final Map<KernelSettings, Deque<ScoringModel>> idle = new HashMap<>();
  }

  private final long idleSeconds;
  private final Map<Key, Entry> entries = new HashMap<>();

  ExecutorModels(long idleSeconds) {
    this.idleSeconds = idleSeconds;
  }

  /** Those of this process. */
  public static ExecutorModels get() {
    return OF_THIS_PROCESS;
  }

  /**
   * A model that is nobody else's until {@link Borrowed#close}.
   *
   * @param settings of its kernels
   * @param onLoaded told if the weights had to be read for this
   * @throws IllegalStateException if the backend does not pass the self-test of scoring
   */
  public Borrowed borrow(
      StoredModel stored, Precision precision, KernelSettings settings, Runnable onLoaded) {
    Key key =
        new Key(
            stored.directory().toString(),
            stored.manifest(),
            precision,
            stored.liesWithKernels() ? Optional.of(settings.place()) : Optional.empty());
    Entry entry = reserve(key);
    ScoringModel model = null;
    try {
      model = idleModel(entry, settings);
      if (model == null) {
        model = load(entry, stored, precision, settings, onLoaded).open(settings);
      }
    } finally {
      if (model == null) {
        release(entry);
      }
    }
    return new Borrowed(model, given -> giveBack(entry, settings, given));
  }

  /** A model for the time until it is closed. */
  public static final class Borrowed implements AutoCloseable {
    private final ScoringModel model;
    private final Consumer<ScoringModel> giveBack;
    private boolean isClosed;

    private Borrowed(ScoringModel model, Consumer<ScoringModel> giveBack) {
      this.model = model;
      this.giveBack = giveBack;
    }

    /** What was borrowed. */
    public ScoringModel model() {
      return model;
    }

    @Override
    public void close() {
      if (!isClosed) {
        isClosed = true;
        model.rest().run();
        giveBack.accept(model);
      }
    }
  }

  /** Models that take memory. */
  synchronized int numLoaded() {
    return entries.size();
  }

  private synchronized Entry reserve(Key key) {
    Entry entry = entries.computeIfAbsent(key, absent -> new Entry());
    entry.numBorrowed++;
    return entry;
  }

  private synchronized ScoringModel idleModel(Entry entry, KernelSettings settings) {
    Deque<ScoringModel> idle = entry.idle.get(settings);
    return idle == null ? null : idle.poll();
  }

  /** The first task reads; those that come meanwhile wait for it. */
  private static LoadedModel load(
      Entry entry,
      StoredModel stored,
      Precision precision,
      KernelSettings settings,
      Runnable onLoaded) {
    synchronized (entry) {
      if (entry.loaded == null) {
        entry.loaded = stored.load(precision, settings);
        onLoaded.run();
      }
      return entry.loaded;
    }
  }

  private synchronized void giveBack(Entry entry, KernelSettings settings, ScoringModel model) {
    entry.idle.computeIfAbsent(settings, absent -> new ArrayDeque<>()).push(model);
    release(entry);
  }

  private synchronized void release(Entry entry) {
    entry.numBorrowed--;
    entry.idleSinceNanos = System.nanoTime();
    if (entry.numBorrowed == 0) {
      CompletableFuture.delayedExecutor(idleSeconds, TimeUnit.SECONDS).execute(this::closeIdle);
    }
  }

  private synchronized void closeIdle() {
    long now = System.nanoTime();
    Iterator<Entry> all = entries.values().iterator();
    while (all.hasNext()) {
      Entry entry = all.next();
      boolean isIdle =
          entry.numBorrowed == 0
              && now - entry.idleSinceNanos >= TimeUnit.SECONDS.toNanos(idleSeconds);
      if (isIdle) {
        all.remove();
        entry.idle.values().forEach(models -> models.forEach(ScoringModel::close));
        if (entry.loaded != null) {
          entry.loaded.close();
        }
      }
    }
  }
}
