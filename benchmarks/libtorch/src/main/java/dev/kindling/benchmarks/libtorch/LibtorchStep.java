package dev.kindling.benchmarks.libtorch;

import dev.kindling.benchmarks.limit.Precision;
import dev.kindling.benchmarks.trainstep.StepConfiguration;
import dev.kindling.benchmarks.trainstep.StepProcess;
import dev.kindling.benchmarks.trainstep.TokenBatch;
import dev.kindling.benchmarks.trainstep.TrainingStep;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** libtorch's step: autograd, gradients set to none, clipping, AdamW. */
final class LibtorchStep implements TrainingStep {
  private final Precision precision;
  private final PointerScope scope = new PointerScope();
  private final LibtorchParameters parameters;
  private final LibtorchGpt gpt;
  private final List<AdamW> optimizers;
  private final Tensor inputs;
  private final Tensor targets;

  LibtorchStep(StepConfiguration configuration, Precision precision) {
    this.precision = precision;
    torch.manual_seed(SEED);
    parameters = new LibtorchParameters();
    gpt = new LibtorchGpt(configuration, precision, parameters);
    optimizers =
        List.of(adamW(parameters.decayed(), WEIGHT_DECAY), adamW(parameters.notDecayed(), 0));
    TokenBatch tokens = TokenBatch.of(configuration);
    inputs = ids(tokens.inputs()).view(configuration.batch(), configuration.length());
    targets = ids(tokens.targets());
  }

  private static AdamW adamW(TensorVector parameters, double weightDecay) {
    AdamWOptions options = new AdamWOptions(LEARNING_RATE);
    options.weight_decay().put(weightDecay);
    options.betas().put(BETA1, BETA2);
    return new AdamW(parameters, options);
  }

  private static Tensor ids(int[] tokens) {
    return torch.tensor(Arrays.stream(tokens).asLongStream().toArray()).to(torch.ScalarType.Long);
  }

  /** The process of the libtorch engines. */
  public static void main(String[] args) throws IOException {
    StepProcess.run(
        args,
        (configuration, precision, numThreads) -> {
          LibtorchLibrary.load(numThreads);
          return new LibtorchStep(configuration, precision);
        });
  }

  @Override
  public double run() {
    try (PointerScope step = new PointerScope()) {
      optimizers.forEach(optimizer -> optimizer.zero_grad(true));
      Tensor loss = forward(step);
      loss.backward();
      torch.clip_grad_norm_(parameters.all(), MAX_GRADIENT_NORM);
      optimizers.forEach(AdamW::step);
      return loss.item_float();
    }
  }

  private Tensor forward(PointerScope step) {
    return switch (precision) {
      case FP32 -> gpt.loss(step, inputs, targets);
      case BF16 -> {
        LibtorchAutocast.begin();
        Tensor loss = gpt.loss(step, inputs, targets);
        LibtorchAutocast.end();
        yield loss;
      }
    };
  }

  @Override
  public void close() {
    scope.close();
  }
}
