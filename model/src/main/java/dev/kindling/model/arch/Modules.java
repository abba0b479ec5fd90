package dev.kindling.model.arch;

import dev.kindling.model.backend.SliceGroup;
import dev.kindling.model.nn.Linear;
import dev.kindling.model.nn.Norm;
import dev.kindling.model.nn.Parameter;
import dev.kindling.model.nn.Parameters;
import dev.kindling.model.nn.VocabularyHead;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Builds layers out of named parameters. */
record Modules(Parameters parameters) {
  /** Who holds the rest of the layers whose parameters are sliced. */
  SliceGroup slices() {
    return parameters.slices();
  }

  /** Logits from a matrix [V, C] whose rows slices share. */
  VocabularyHead vocabularyHead(Parameter weight, Parameter bias, double scale, int vocabSize) {
    return new VocabularyHead(weight, bias, scale, vocabSize, slices());
  }

  /** GPT-2's Conv1D, [in, out]. */
  Linear conv1d(String module) {
    return new Linear(
        parameters.matrix(module + ".weight"), false, parameters.optionalVector(module + ".bias"));
  }

  /** PyTorch's Linear, [out, in]. */
  Linear linear(String module) {
    return fused("", module);
  }

  /** Several Linears of the same input whose parameters follow each other, as one. */
  Linear fused(String prefix, String... modules) {
    return new Linear(
        parameters.stackedMatrix(names(prefix, modules, ".weight")),
        true,
        parameters.stackedVector(names(prefix, modules, ".bias")));
  }

  private static List<String> names(String prefix, String[] modules, String suffix) {
    return new ArrayList<>(Arrays.stream(modules).map(module -> prefix + module + suffix).toList());
  }

  Norm layerNorm(String module, double epsilon) {
    return new Norm.LayerNorm(
        parameters.vector(module + ".weight"),
        parameters.optionalVector(module + ".bias"),
        epsilon);
  }

  Norm rmsNorm(String module, double epsilon) {
    return new Norm.RmsNorm(parameters.vector(module + ".weight"), epsilon);
  }
}
