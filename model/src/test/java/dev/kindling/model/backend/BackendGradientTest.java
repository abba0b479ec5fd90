package dev.kindling.model.backend;

import dev.kindling.model.backend.check.AttentionCase;
import dev.kindling.model.backend.check.AttentionCase.Placement;
import dev.kindling.model.backend.check.KernelRun;
import dev.kindling.model.tensor.Tensor;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every backward kernel of the plain twin is the gradient of its forward kernel. The contract tests
 * carry the result over to the other backends.
 */
class BackendGradientTest {
  private final GradientCheck check = new GradientCheck();
  private final Backend backend = check.backend();
  private final KernelRun run = check.run();

  @AfterEach
  void close() {
    check.close();
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void activations(Activation activation) {
    Tensor input = run.input(31);
    Tensor output = run.overwritten(31);
    Tensor weights = run.input(31);
    Tensor gradient = run.overwritten(31);
    backend.activationBackward(activation, weights, input, gradient);
    Runnable forward = () -> backend.activationForward(activation, input, output);
    check.assertIsGradient(gradient, input, output, weights, forward);
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void gatedActivations(Activation activation) {
    Tensor gate = run.input(3, 7);
    Tensor up = run.input(3, 7);
    Tensor output = run.overwritten(3, 7);
    Tensor weights = run.input(3, 7);
    Tensor gateGradient = run.overwritten(3, 7);
    Tensor upGradient = run.overwritten(3, 7);
    backend.gatedActivationBackward(activation, weights, gate, up, gateGradient, upGradient);
    Runnable forward = () -> backend.gatedActivationForward(activation, gate, up, output);
    check.assertIsGradient(gateGradient, gate, output, weights, forward);
    check.assertIsGradient(upGradient, up, output, weights, forward);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void linearLayers(boolean inFirst) {
    Tensor input = run.input(3, 5);
    Tensor weight = inFirst ? run.input(5, 7) : run.input(7, 5);
    Tensor bias = run.parameter(7);
    Tensor output = run.overwritten(3, 7);
    Tensor weights = run.input(3, 7);
    Tensor inputGradient = run.overwritten(3, 5);
    Tensor weightGradient = check.zeros(weight.shape());
    Tensor biasGradient = check.zeros(7);
    backend.linearBackward(
        weights,
        input,
        stored(inFirst, weight),
        inputGradient,
        false,
        stored(inFirst, weightGradient),
        biasGradient);
    Runnable forward = () -> backend.linearForward(input, stored(inFirst, weight), bias, output);
    check.assertIsGradient(inputGradient, input, output, weights, forward);
    check.assertIsGradient(weightGradient, weight, output, weights, forward);
    check.assertIsGradient(biasGradient, bias, output, weights, forward);
  }

  private static Matrix stored(boolean inFirst, Tensor weight) {
    return inFirst ? Matrix.of(weight) : Matrix.of(weight).transposed();
  }

  @Test
  void layerNorms() {
    Tensor input = run.input(3, 7);
    Tensor gain = run.parameter(7);
    Tensor bias = run.parameter(7);
    Tensor output = run.overwritten(3, 7);
    Tensor mean = run.overwrittenSum(3);
    Tensor variance = run.overwrittenSum(3);
    Tensor weights = run.input(3, 7);
    Tensor inputGradient = run.overwritten(3, 7);
    Tensor gainGradient = check.zeros(7);
    Tensor biasGradient = check.zeros(7);
    Runnable forward =
        () -> backend.layerNormForward(input, gain, bias, 1e-5, output, mean, variance);
    forward.run();
    backend.layerNormBackward(
        weights,
        input,
        gain,
        1e-5,
        mean,
        variance,
        inputGradient,
        false,
        gainGradient,
        biasGradient);
    check.assertIsGradient(inputGradient, input, output, weights, forward);
    check.assertIsGradient(gainGradient, gain, output, weights, forward);
    check.assertIsGradient(biasGradient, bias, output, weights, forward);
  }

  @Test
  void rmsNorms() {
    Tensor input = run.input(3, 7);
    Tensor gain = run.parameter(7);
    Tensor output = run.overwritten(3, 7);
    Tensor meanSquare = run.overwrittenSum(3);
    Tensor weights = run.input(3, 7);
    Tensor inputGradient = run.overwritten(3, 7);
    Tensor gainGradient = check.zeros(7);
    Runnable forward = () -> backend.rmsNormForward(input, gain, 1e-6, output, meanSquare);
    forward.run();
    backend.rmsNormBackward(
        weights, input, gain, 1e-6, meanSquare, inputGradient, false, gainGradient);
    check.assertIsGradient(inputGradient, input, output, weights, forward);
    check.assertIsGradient(gainGradient, gain, output, weights, forward);
  }

  @Test
  void rowsThatAreLookedUp() {
    Tensor rows = run.ids(new int[] {3, 0, 3, 4, 3, 0}, 6);
    Tensor table = run.input(5, 4);
    Tensor output = run.overwritten(6, 4);
    Tensor weights = run.input(6, 4);
    Tensor gradient = check.zeros(5, 4);
    backend.scatterAddRows(weights, rows, gradient);
    Runnable forward = () -> backend.gatherRows(table, rows, output, false);
    check.assertIsGradient(gradient, table, output, weights, forward);
  }

  @Test
  void relativeBiases() {
    Tensor buckets = run.ids(0, 5, 3, 4);
    Tensor table = run.parameter(5, 2);
    Tensor output = run.overwrittenSum(2, 3, 4);
    Tensor weights = run.parameter(2, 3, 4);
    Tensor gradient = check.zeros(5, 2);
    backend.relativeBiasBackward(weights, buckets, gradient);
    Runnable forward = () -> backend.relativeBiasForward(table, buckets, output);
    check.assertIsGradient(gradient, table, output, weights, forward);
  }

  /** The gradient of a rotation is the inverse rotation of the gradient. */
  @Test
  void rotations() {
    Tensor input = run.input(6, 9);
    Tensor output = run.overwritten(6, 9);
    Tensor weights = run.input(6, 9);
    Tensor positions = run.ids(0, 50, 6);
    Tensor gradient = run.overwritten(6, 9);
    backend.copy(weights, gradient);
    backend.rotateInPlace(Heads.of(gradient, 2, 1, 2, 4), positions, 100, true);
    Runnable forward =
        () -> {
          backend.copy(input, output);
          backend.rotateInPlace(Heads.of(output, 2, 1, 2, 4), positions, 100, false);
        };
    check.assertIsGradient(gradient, input, output, weights, forward);
  }

  /** The gradient of dropout is the same dropout of the gradient. */
  @Test
  void dropout() {
    Dropout dropout = new Dropout(0.4, 12, 0, 17);
    Tensor input = run.input(3, 17);
    Tensor output = run.overwritten(3, 17);
    Tensor weights = run.input(3, 17);
    Tensor gradient = run.overwritten(3, 17);
    backend.dropout(weights, dropout, gradient);
    Runnable forward = () -> backend.dropout(input, dropout, output);
    check.assertIsGradient(gradient, input, output, weights, forward);
  }

  static Stream<AttentionCase> attention() {
    Placement separate = Placement.SEPARATE;
    return Stream.of(
        AttentionCase.fused("all positions", 2, 4, 2, 2, 3),
        AttentionCase.fused("causal", 2, 5, 2, 2, 3).withCausal(),
        AttentionCase.fused("grouped queries", 2, 4, 4, 2, 2).withCausal(),
        AttentionCase.fused("dropout", 2, 4, 2, 2, 3).withCausal().withDropout(0.4),
        AttentionCase.cross("other sequences", separate, 2, 3, 5, 2, 2).withKeyLengths(),
        AttentionCase.cross("a cache", Placement.CACHED, 2, 1, 5, 2, 2),
        AttentionCase.fused("everything", 2, 5, 4, 2, 2)
            .withCausal()
            .withKeyLengths()
            .withBias()
            .withDropout(0.3));
  }

  @ParameterizedTest
  @MethodSource("attention")
  void attention(AttentionCase attention) {
    AttentionInputs inputs = attention.inputs(run);
    Tensor output = run.overwritten(attention.outputShape());
    Tensor weights = run.input(attention.outputShape());
    AttentionGradients gradients = attention.gradients(run);
    if (gradients.bias() != null) {
      backend.fill(gradients.bias(), 0);
    }
    Runnable forward = () -> backend.attentionForward(inputs, output, null);
    forward.run();
    backend.attentionBackward(weights, inputs, output, null, gradients);
    assertIsGradientOfHeads(gradients.query(), inputs.query(), output, weights, forward);
    assertIsGradientOfHeads(gradients.key(), inputs.key(), output, weights, forward);
    assertIsGradientOfHeads(gradients.value(), inputs.value(), output, weights, forward);
    if (gradients.bias() != null) {
      check.assertIsGradient(gradients.bias(), inputs.bias(), output, weights, forward);
    }
  }

  private void assertIsGradientOfHeads(
      Heads gradient, Heads input, Tensor output, Tensor weights, Runnable forward) {
    Tensor values = contiguous(input);
    check.assertIsGradient(
        contiguous(gradient),
        values,
        output,
        weights,
        () -> {
          copySequences(values, input);
          forward.run();
        });
    copySequences(values, input);
  }

  /** A copy of heads without what lies between them. */
  private Tensor contiguous(Heads heads) {
    long width = heads.numHeads() * heads.headSize();
    Tensor copy = run.overwritten(heads.batch(), heads.length(), width);
    for (int b = 0; b < heads.batch(); b++) {
      backend.copy(heads.sequence(b), sequence(copy, b));
    }
    return copy;
  }

  private void copySequences(Tensor source, Heads heads) {
    for (int b = 0; b < heads.batch(); b++) {
      backend.copy(sequence(source, b), heads.sequence(b));
    }
  }

  private static Matrix sequence(Tensor copy, int b) {
    return Matrix.of(copy).rows(b * copy.dim(1), copy.dim(1));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void vocabularyLosses(boolean hasBias) {
    Tensor hidden = run.input(5, 3);
    Tensor weight = run.input(7, 3);
    Tensor bias = hasBias ? run.parameter(7) : null;
    Tensor targets = run.ids(new int[] {6, -1, 0, 3, 3}, 5);
    Tensor losses = run.overwrittenSum(5);
    Tensor weights = run.overwrittenSum(5);
    backend.fill(weights, 0.25);
    Tensor hiddenGradient = run.overwritten(5, 3);
    Tensor weightGradient = check.zeros(7, 3);
    Tensor biasGradient = hasBias ? check.zeros(7) : null;
    VocabularyProjection projection =
        new VocabularyProjection(weight, bias, 0.6, weightGradient, biasGradient);
    backend.vocabularyLossForwardBackward(
        hidden, projection, targets, 2, 0.25, losses, hiddenGradient);
    Runnable forward = () -> backend.vocabularyLossForward(hidden, projection, targets, 2, losses);
    check.assertIsGradient(hiddenGradient, hidden, losses, weights, forward);
    check.assertIsGradient(weightGradient, weight, losses, weights, forward);
    if (hasBias) {
      check.assertIsGradient(biasGradient, bias, losses, weights, forward);
    }
  }
}
