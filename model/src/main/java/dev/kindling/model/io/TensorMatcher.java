package dev.kindling.model.io;

import dev.kindling.model.io.SafetensorsHeader.StoredTensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Matches the tensors of a file with those of a model. Collects everything that does not fit, so
 * that one error can name it all.
 */
final class TensorMatcher {
  private static final int MAX_NAMED = 50;

  private final FileForm form;
  private final Map<String, StoredTensor> tensors = new HashMap<>();
  private final Set<String> used = new HashSet<>();
  private final List<String> missing = new ArrayList<>();
  private final List<String> different = new ArrayList<>();
  private final List<String> unexpected = new ArrayList<>();

  TensorMatcher(SafetensorsHeader header, FileForm form) {
    this.form = form;
    for (StoredTensor tensor : header.tensors()) {
      String name = form.fullName().apply(tensor.name());
      if (form.ignored().matcher(name).matches()) {
        continue;
      }
      if (tensors.putIfAbsent(name, tensor) != null) {
        unexpected.add(tensor.name() + " (a second " + name + ")");
      }
    }
  }

  /**
   * The tensors that the file has for a parameter: under its own name, where it is there, and under
   * those of its copies. Empty after noting that there is none.
   */
  List<StoredTensor> require(TensorSpec expected) {
    List<StoredTensor> found = find(expected);
    if (found.isEmpty()) {
      missing.add(expected.name());
    }
    return found;
  }

  /** As {@link #require}, of a tensor that need not be there. */
  List<StoredTensor> find(TensorSpec expected) {
    List<StoredTensor> found = new ArrayList<>();
    addNamed(expected.name(), expected, found);
    form.copies().entrySet().stream()
        .filter(copy -> copy.getValue().equals(expected.name()))
        .map(Map.Entry::getKey)
        .sorted()
        .forEach(copy -> addNamed(copy, expected, found));
    return found;
  }

  private void addNamed(String name, TensorSpec expected, List<StoredTensor> found) {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      return;
    }
    used.add(name);
    found.add(tensor);
    if (!FloatTensorReader.canRead(tensor.dtype()) || !tensor.shape().equals(expected.shape())) {
      different.add(
          name
              + " is "
              + tensor.dtype()
              + " "
              + tensor.shape()
              + ", not "
              + expected.dtype()
              + " "
              + expected.shape());
    }
  }

  /**
   * Ends the matching.
   *
   * @throws WeightsFormatException if something did not fit, or a tensor of the file is left
   */
  void finish(String source) {
    tensors.keySet().stream()
        .filter(name -> !used.contains(name))
        .sorted()
        .forEach(unexpected::add);
    List<String> problems = new ArrayList<>();
    addProblem(problems, "missing", missing);
    addProblem(problems, "of another shape or type", different);
    addProblem(problems, "unexpected", unexpected);
    if (!problems.isEmpty()) {
      throw new WeightsFormatException(
          source + " does not hold this model: " + String.join("; ", problems),
          "exactly the tensors that the model's config.json describes, in F32, F16 or BF16",
          "give the config.json that belongs to this file");
    }
  }

  private static void addProblem(List<String> problems, String what, List<String> names) {
    if (names.isEmpty()) {
      return;
    }
    List<String> named = names.subList(0, Math.min(MAX_NAMED, names.size()));
    String more = names.size() > MAX_NAMED ? ", …" : "";
    problems.add(names.size() + " " + what + " (" + String.join(", ", named) + more + ")");
  }
}
