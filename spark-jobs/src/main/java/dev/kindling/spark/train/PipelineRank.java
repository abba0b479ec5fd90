package dev.kindling.spark.train;

import dev.kindling.model.arch.LossScale;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.tensor.Tensor;
import dev.kindling.model.train.ModelPart;
import dev.kindling.model.train.Pass;
import dev.kindling.model.train.StepPosition;
import dev.kindling.spark.communicate.Communicator;
import dev.kindling.spark.communicate.Pending;
import dev.kindling.spark.parallel.schedule.Action;
import dev.kindling.spark.parallel.schedule.PipelineSchedule;
import dev.kindling.spark.train.timeline.Activity;
import dev.kindling.spark.train.timeline.TaskClock;
import dev.kindling.spark.train.timeline.TaskTimes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs one rank's actions of a pipeline schedule: takes what the stage before sends, computes,
 * sends on; and back. A pipeline of one rank is a plain loop over micro-batches.
 */
final class PipelineRank {
  /** Tensors that one stage hands to the next, at most: a stream and an encoder's output. */
  private static final int MOST_TENSORS = 2;

  private final PipelineSchedule schedule;
  private final ModelPart part;
  private final Communicator pipeline;
  private final GradientSum gradients;
  private final TaskClock clock;

  /** What a rank does while it waits; nobody waits in a pipeline of one. */
  private final Activity wait;

  /** Start and end of every pass of the last step, in the order of the schedule. */
  private final long[] passNanos;

  private int numTimes;

  /** Micro-batches that have gone forwards through a chunk and not yet back. */
  private final Map<Action, Underway> underway = new HashMap<>();

  /** Passes whose last messages are still being sent from their memory. */
  private final Deque<Underway> leaving = new ArrayDeque<>();

  private record Underway(Pass pass, List<Pending> sent) {
    void finish() {
      sent.forEach(Pending::await);
      pass.close();
    }
  }

  /** One step. */
  private record Step(Batch batch, StepPosition position, LossScale scale) {}

  PipelineRank(
      PipelineSchedule schedule,
      ModelPart part,
      Communicator pipeline,
      GradientSum gradients,
      TaskClock clock) {
    this.schedule = schedule;
    this.part = part;
    this.pipeline = pipeline;
    this.gradients = gradients;
    this.clock = clock;
    this.wait = pipeline.size() > 1 ? Activity.WAIT_FOR_STAGES : Activity.COMPUTE;
    this.passNanos = new long[2 * schedule.actions().get(pipeline.rank()).size()];
  }

  /**
   * All micro-batches of a step, forwards and backwards.
   *
   * @return the loss, where this rank has the last stage; 0 elsewhere
   */
  double run(Batch batch, StepPosition position, LossScale scale) {
    if (schedule.numMicroBatches() > batch.size()) {
      throw new IllegalArgumentException(
          "A batch of "
              + batch.size()
              + " sequences cannot be cut into "
              + schedule.numMicroBatches()
              + " micro-batches");
    }
    Step step = new Step(batch, position, scale);
    int numBackward = 0;
    numTimes = 0;
    double loss = 0;
    for (Action action : schedule.actions().get(pipeline.rank())) {
      switch (action.kind()) {
        case FORWARD -> loss += forward(action, step, isLast(action));
        case BACKWARD -> {
          backward(action);
          numBackward++;
        }
      }
    }
    while (!leaving.isEmpty()) {
      finishOldest();
    }
    if (numBackward != schedule.numMicroBatches() * schedule.numChunks()) {
      throw new IllegalStateException("the schedule leaves passes without a way back: " + schedule);
    }
    return loss;
  }

  /** Whether nothing will add to the gradients of a chunk after this micro-batch. */
  private boolean isLast(Action action) {
    return schedule.numChunks() == 1 && action.microBatch() == schedule.numMicroBatches() - 1;
  }

  private double forward(Action action, Step step, boolean isLast) {
    int numRows = step.batch().size();
    int first = numRows * action.microBatch() / schedule.numMicroBatches();
    int end = numRows * (action.microBatch() + 1) / schedule.numMicroBatches();
    Pass pass =
        part.newPass(
            action.chunk(),
            schedule.numMicroBatches() == 1 ? step.batch() : step.batch().rows(first, end - first),
            first,
            step.position(),
            step.scale());
    if (isLast) {
      pass.onPieceBackward(gradients::pieceIsDone);
    }
    int stage = schedule.stage(pipeline.rank(), action.chunk());
    List<Tensor> inputs = pass.inputs();
    clock.switchTo(wait);
    for (int i = 0; i < inputs.size(); i++) {
      pipeline.receive(inputs.get(i), rankOf(stage - 1), tag(stage, action, i));
    }
    begin(Activity.FORWARD);
    pass.forward();
    double loss = pass.loss();
    end();
    List<Pending> sent = new ArrayList<>();
    List<Tensor> outputs = pass.outputs();
    for (int i = 0; i < outputs.size(); i++) {
      sent.add(pipeline.send(outputs.get(i), rankOf(stage + 1), tag(stage + 1, action, i)));
    }
    underway.put(Action.backward(action.chunk(), action.microBatch()), new Underway(pass, sent));
    return loss;
  }

  private void backward(Action action) {
    Underway forward = underway.remove(action);
    Pass pass = forward.pass();
    int stage = schedule.stage(pipeline.rank(), action.chunk());
    int numOutputs = pass.outputs().size();
    clock.switchTo(wait);
    for (int i = 0; i < numOutputs; i++) {
      pipeline.receive(pass.newOutputGradient(i), rankOf(stage + 1), tag(stage + 1, action, i));
    }
    begin(Activity.BACKWARD);
    pass.backward();
    end();
    List<Pending> sent = new ArrayList<>(forward.sent());
    List<Tensor> inputGradients = pass.inputGradients();
    for (int i = 0; i < inputGradients.size(); i++) {
      sent.add(pipeline.send(inputGradients.get(i), rankOf(stage - 1), tag(stage, action, i)));
    }
    leaving.add(new Underway(pass, sent));
    if (leaving.size() > 1) {
      finishOldest();
    }
  }

  private void finishOldest() {
    clock.switchTo(wait);
    leaving.remove().finish();
    clock.switchTo(Activity.COMPUTE);
  }

  private void begin(Activity pass) {
    clock.switchTo(pass);
    passNanos[numTimes++] = System.nanoTime();
  }

  private void end() {
    if (pipeline.size() > 1) {
      // What is sent next is waited for anyway, and the time belongs to the pass.
      part.backend().awaitKernels();
    }
    passNanos[numTimes++] = System.nanoTime();
    clock.switchTo(Activity.COMPUTE);
  }

  /**
   * When the passes of the last step were, see {@link TaskTimes#passes}.
   *
   * @param sinceNanos the moment that they are told from
   */
  double[] lastPasses(long sinceNanos) {
    return Arrays.stream(passNanos).mapToDouble(nanos -> (nanos - sinceNanos) / 1e9).toArray();
  }

  private int rankOf(int stage) {
    return Math.floorMod(stage, schedule.numRanks());
  }

  /** What crosses the boundary before a stage; forwards and backwards have different senders. */
  private long tag(int boundary, Action action, int tensor) {
    return ((long) boundary * schedule.numMicroBatches() + action.microBatch()) * MOST_TENSORS
        + tensor;
  }
}
