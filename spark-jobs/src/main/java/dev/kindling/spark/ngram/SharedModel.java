package dev.kindling.spark.ngram;

import dev.kindling.model.ngram.NgramModel;
import java.lang.ref.SoftReference;
import java.util.function.Supplier;

/** The model that the tasks of this process measure, read once as long as there is memory. */
final class SharedModel {
  private static String lastName = "";
  private static SoftReference<NgramModel> last = new SoftReference<>(null);

  private SharedModel() {}

  static synchronized NgramModel get(String name, Supplier<NgramModel> load) {
    NgramModel model = lastName.equals(name) ? last.get() : null;
    if (model == null) {
      model = load.get();
      lastName = name;
      last = new SoftReference<>(model);
    }
    return model;
  }
}
