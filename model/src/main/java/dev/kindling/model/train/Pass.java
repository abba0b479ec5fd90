package dev.kindling.model.train;

import dev.kindling.model.arch.Flow;
import dev.kindling.model.arch.LanguageModel;
import dev.kindling.model.arch.LossScale;
import dev.kindling.model.arch.Losses;
import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * One micro-batch's way through some pieces of a model and back: its inputs are written, it runs
 * forwards, its outputs are read; later the outputs' gradients are written, it runs backwards, the
 * inputs' gradients are read. Its memory is its own until it is closed.
 */
public final class Pass implements AutoCloseable {
  private final LanguageModel pieces;
  private final Tape tape;
  private final Batch batch;
  private final LossScale scale;
  private final Runnable release;
  private final List<Variable> inputs;
  private Flow result;

  Pass(
      LanguageModel pieces,
      Tape tape,
      DType dtype,
      Batch batch,
      LossScale scale,
      Runnable release) {
    this.pieces = pieces;
    this.tape = tape;
    this.batch = batch;
    this.scale = scale;
    this.release = release;
    this.inputs =
        pieces.inputShapes(batch).stream().map(shape -> tape.variable(dtype, shape)).toList();
  }

  /** Where the outputs of the pieces before these go; none for the first piece. */
  public List<Tensor> inputs() {
    return inputs.stream().map(Variable::value).toList();
  }

  /** Runs forwards. */
  public void forward() {
    result = pieces.forward(tape, batch, new Flow(inputs, null), scale);
  }

  /**
   * The micro-batch's share of the loss in nats, once it has run forwards; 0 where the last piece
   * is not here. It can be read until the part begins another pass.
   */
  public double loss() {
    Losses losses = result.losses();
    return losses == null ? 0 : losses.total(scale);
  }

  /** What the pieces behind these get; none behind the last. */
  public List<Tensor> outputs() {
    return result.variables().stream().map(Variable::value).toList();
  }

  /**
   * Takes the gradient of the loss by one of the outputs; called for each of them before {@link
   * #backward}.
   *
   * @return the place that the caller writes it to
   */
  public Tensor newOutputGradient(int output) {
    Variable variable = result.variables().get(output);
    Tensor gradient = tape.newGradient(variable.value());
    variable.takeShare(gradient);
    return gradient;
  }

  /**
   * Has somebody told, while {@link #backward} runs, of every piece that adds to the gradients of
   * its parameters no more; called before {@link #forward}.
   */
  public void onPieceBackward(IntConsumer listener) {
    tape.onPieceBackward(listener);
  }

  /** Runs backwards: adds to the part's gradients. */
  public void backward() {
    tape.backward();
  }

  /** The gradients of the loss by the inputs. */
  public List<Tensor> inputGradients() {
    return inputs.stream().map(Pass::gradient).toList();
  }

  /** Zero where no loss of the micro-batch depends on it. */
  private static Tensor gradient(Variable input) {
    if (!input.hasGradient()) {
      input.clearGradient();
    }
    return input.gradient();
  }

  @Override
  public void close() {
    release.run();
  }
}
