package dev.kindling.model.backend.check;

import dev.kindling.model.backend.Activation;
import dev.kindling.model.backend.check.AttentionCase.Placement;
import java.util.ArrayList;
import java.util.List;

/**
 * Calls of every kernel that a machine's self-test makes: few and small, but of an odd size and of
 * one that vectors divide, beyond one block of threads, and of each of the common kinds.
 */
final class KernelCases {
  private KernelCases() {}

  static List<KernelCase> all() {
    List<KernelCase> cases = new ArrayList<>();
    cases.addAll(elementwise());
    cases.addAll(products());
    cases.addAll(norms());
    cases.addAll(rows());
    cases.addAll(attention());
    cases.addAll(losses());
    return cases;
  }

  private static List<KernelCase> elementwise() {
    List<KernelCase> cases = new ArrayList<>();
    for (int size : new int[] {1237, 4096}) {
      String variant = size + " elements";
      cases.add(KernelCase.of("fill", variant, ElementwiseCalls.fill(size)));
      cases.add(KernelCase.of("copy", variant, ElementwiseCalls.copy(size)));
      cases.add(KernelCase.of("scaleInPlace", variant, ElementwiseCalls.scaleInPlace(size)));
      cases.add(KernelCase.of("addInPlace", variant, ElementwiseCalls.addInPlace(size)));
      cases.add(KernelCase.of("add", variant, ElementwiseCalls.add(size)));
      cases.add(KernelCase.of("squaredNorm", variant, ElementwiseCalls.squaredNorm(size)));
      cases.add(KernelCase.of("dropout", variant, ElementwiseCalls.dropout(3, size)));
      cases.add(KernelCase.of("adamWInPlace", variant, ElementwiseCalls.adamWInPlace(size)));
    }
    cases.add(KernelCase.of("copy", "matrices", ElementwiseCalls.copyMatrix(31, 67, 3)));
    cases.add(KernelCase.of("copy", "aligned matrices", ElementwiseCalls.copyMatrix(31, 64, 8)));
    for (Activation activation : Activation.values()) {
      cases.addAll(activation(activation));
    }
    return cases;
  }

  private static List<KernelCase> activation(Activation activation) {
    List<KernelCase> cases = new ArrayList<>();
    for (int size : new int[] {1237, 2048}) {
      String variant = activation + " of " + size;
      cases.add(
          KernelCase.of(
              "activationForward",
              variant,
              ElementwiseCalls.activationForward(activation, 3, size)));
      cases.add(
          KernelCase.of(
              "activationBackward",
              variant,
              ElementwiseCalls.activationBackward(activation, 3, size)));
      cases.add(
          KernelCase.of(
              "gatedActivationForward",
              variant,
              ElementwiseCalls.gatedActivationForward(activation, size)));
      cases.add(
          KernelCase.of(
              "gatedActivationBackward",
              variant,
              ElementwiseCalls.gatedActivationBackward(activation, size)));
    }
    return cases;
  }

  private static List<KernelCase> products() {
    return List.of(
        KernelCase.ofProducts("matmul", "37 by 53 by 29", MatmulCalls.matmul(37, 53, 29)),
        KernelCase.ofProducts("matmul", "64 by 128 by 96", MatmulCalls.matmul(64, 128, 96)),
        KernelCase.ofProducts("matmul", "one row", MatmulCalls.matmul(1, 67, 31)),
        KernelCase.ofProducts("matmul", "to sums", MatmulCalls.matmulToSums(37, 53, 29)),
        KernelCase.ofProducts("matmul", "to aligned sums", MatmulCalls.matmulToSums(64, 128, 96)),
        KernelCase.ofProducts("matmul", "of parts", MatmulCalls.matmulOfParts(37, 53, 29)),
        KernelCase.ofProducts("linearForward", "odd", MatmulCalls.linearForward(23, 31, 17)),
        KernelCase.ofProducts("linearForward", "aligned", MatmulCalls.linearForward(64, 48, 80)),
        KernelCase.ofProducts("linearBackward", "odd", MatmulCalls.linearBackward(23, 31, 17)),
        KernelCase.ofProducts("linearBackward", "aligned", MatmulCalls.linearBackward(64, 48, 80)),
        KernelCase.ofProducts(
            "linearActivationForward", "odd", MatmulCalls.linearActivationForward(23, 31, 17)),
        KernelCase.ofProducts(
            "linearActivationForward", "aligned", MatmulCalls.linearActivationForward(64, 48, 80)),
        KernelCase.ofProducts(
            "linearActivationBackward", "odd", MatmulCalls.linearActivationBackward(23, 31, 17)),
        KernelCase.ofProducts(
            "linearActivationBackward",
            "aligned",
            MatmulCalls.linearActivationBackward(64, 48, 80)),
        KernelCase.of("addColumnSums", "odd", MatmulCalls.addColumnSums(131, 67)),
        KernelCase.of("addColumnSums", "aligned", MatmulCalls.addColumnSums(300, 136)));
  }

  private static List<KernelCase> norms() {
    List<KernelCase> cases = new ArrayList<>();
    for (int width : new int[] {67, 128, 1032}) {
      String variant = "width " + width;
      cases.add(KernelCase.of("layerNormForward", variant, NormCalls.layerNormForward(13, width)));
      cases.add(
          KernelCase.of("layerNormBackward", variant, NormCalls.layerNormBackward(13, width)));
      cases.add(KernelCase.of("rmsNormForward", variant, NormCalls.rmsNormForward(13, width)));
      cases.add(KernelCase.of("rmsNormBackward", variant, NormCalls.rmsNormBackward(13, width)));
    }
    cases.add(
        KernelCase.of(
            "layerNormForward", "far from zero", NormCalls.layerNormForwardFarFromZero(7, 257)));
    return cases;
  }

  private static List<KernelCase> rows() {
    return List.of(
        KernelCase.of("gatherRows", "odd", RowCalls.gatherRows(11, 29, 13)),
        KernelCase.of("gatherRows", "aligned", RowCalls.gatherRows(11, 256, 64)),
        KernelCase.of("scatterAddRows", "odd", RowCalls.scatterAddRows(11, 29, 13)),
        KernelCase.of("scatterAddRows", "aligned", RowCalls.scatterAddRows(11, 256, 64)),
        KernelCase.of("rotateInPlace", "few columns", RowCalls.rotateInPlace(2, 7, 3, 6)),
        KernelCase.of("rotateInPlace", "heads of 64", RowCalls.rotateInPlace(3, 5, 2, 64)),
        KernelCase.of("relativeBiasForward", RowCalls.relativeBiasForward(32, 3, 29, 37)),
        KernelCase.of("relativeBiasBackward", RowCalls.relativeBiasBackward(32, 3, 29, 37)));
  }

  /** Heads of 64 and 128 in BF16 are what GPUs multiply in their matrix units. */
  private static List<KernelCase> attention() {
    List<AttentionCase> passes =
        List.of(
            AttentionCase.fused("causal", 2, 37, 2, 2, 8).withCausal(),
            AttentionCase.fused("causal, grouped", 2, 23, 6, 2, 5).withCausal(),
            AttentionCase.fused("padding", 3, 29, 2, 2, 8).withKeyLengths(),
            AttentionCase.fused("a bias", 2, 29, 3, 3, 8).withBias(),
            AttentionCase.fused("dropout", 2, 29, 2, 2, 8).withDropout(0.2),
            AttentionCase.fused("causal heads of 64", 2, 131, 2, 2, 64).withCausal(),
            AttentionCase.fused("causal heads of 64, grouped", 1, 72, 4, 2, 64).withCausal(),
            AttentionCase.fused("heads of 64, everything", 2, 67, 2, 1, 64)
                .withKeyLengths()
                .withBias()
                .withDropout(0.2),
            AttentionCase.fused("padding, heads of 64", 2, 80, 2, 2, 64).withKeyLengths(),
            AttentionCase.fused("causal heads of 128", 1, 131, 2, 2, 128).withCausal(),
            AttentionCase.cross("more keys", Placement.KEYS_AND_VALUES_FUSED, 2, 13, 29, 3, 5));
    List<AttentionCase> forwards =
        List.of(
            AttentionCase.cross("one query", Placement.CACHED, 3, 1, 19, 2, 8).withKeyLengths(),
            AttentionCase.cross("one query, grouped", Placement.CACHED, 2, 1, 37, 6, 5)
                .withKeyHeads(2)
                .withKeyLengths(),
            AttentionCase.cross("one query, heads of 64", Placement.CACHED, 2, 1, 150, 2, 64)
                .withKeyLengths(),
            AttentionCase.cross("one query, heads of 128", Placement.CACHED, 2, 1, 37, 2, 128),
            AttentionCase.cross("a cache", Placement.CACHED, 3, 7, 19, 2, 8).withKeyLengths());
    List<KernelCase> cases = new ArrayList<>();
    for (AttentionCase pass : passes) {
      cases.add(KernelCase.of("attentionForward", pass.description(), pass::runForward));
      cases.add(KernelCase.of("attentionBackward", pass.description(), pass::run));
    }
    for (AttentionCase forward : forwards) {
      cases.add(KernelCase.of("attentionForward", forward.description(), forward::runForward));
    }
    return cases;
  }

  private static List<KernelCase> losses() {
    List<KernelCase> cases = new ArrayList<>();
    for (VocabularyLossCalls loss :
        List.of(
            new VocabularyLossCalls(29, 17, 41, 8, true, 0.3),
            new VocabularyLossCalls(64, 32, 256, 64, false, 0.25))) {
      String variant = loss.vocabSize() + " tokens";
      cases.add(KernelCase.of("vocabularyLossForward", variant, loss.forward()));
      cases.add(KernelCase.of("vocabularyLossForwardBackward", variant, loss.forwardBackward()));
    }
    return cases;
  }
}
