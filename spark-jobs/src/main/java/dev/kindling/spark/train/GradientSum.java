package dev.kindling.spark.train;

import dev.kindling.model.layout.PartLayout;
import dev.kindling.model.tensor.Tensor;
import dev.kindling.model.train.ModelPart;
import dev.kindling.spark.communicate.Communicator;
import dev.kindling.spark.communicate.Pending;
import dev.kindling.spark.train.timeline.Activity;
import dev.kindling.spark.train.timeline.TaskClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Sums up the gradients of a step over the ranks that have found parts of them: over stages that
 * share a parameter, then over replicas. That of replicas begins while the last micro-batch still
 * goes backwards, bucket by bucket from the end of the model (PyTorch's distributed data parallel;
 * Li et al. 2020).
 */
final class GradientSum {
  /** As in PyTorch: enough for the network, and few enough bytes to begin soon. */
  private static final long BUCKET_BYTES = 25L << 20;

  private final ModelPart part;
  private final RankGroups groups;
  private final Communicator replicas;
  private final TaskClock clock;
  private final List<Pending> underway = new ArrayList<>();
  private final List<PartLayout.Held> held;

  /** The elements from here on are final, or summed up already. */
  private long summedFrom;

  private long finalFrom;

  /**
   * @param replicas those that sum up; a group of one for none
   * @param clock of the task
   */
  GradientSum(ModelPart part, RankGroups groups, Communicator replicas, TaskClock clock) {
    this.part = part;
    this.groups = groups;
    this.replicas = replicas;
    this.clock = clock;
    this.held = part.layout().held();
  }

  void begin() {
    summedFrom = part.gradients().numParameters();
    finalFrom = summedFrom;
    underway.clear();
  }

  /**
   * The last micro-batch has gone back through a piece. Those behind it are final; what it shares
   * with them may still follow.
   */
  void pieceIsDone(int piece) {
    if (replicas.size() == 1) {
      return;
    }
    finalFrom = firstFinal(piece + 1);
    if ((summedFrom - finalFrom) * Float.BYTES >= BUCKET_BYTES) {
      sumUp();
    }
  }

  /** Where the end of the flat vector begins that only pieces from {@code piece} on use. */
  private long firstFinal(int piece) {
    long first = part.gradients().numParameters();
    for (int i = held.size() - 1; i >= 0; i--) {
      PartLayout.Held each = held.get(i);
      if (each.placement().pieces().get(0) < piece || isTied(each)) {
        break;
      }
      first = each.local().offset();
    }
    return Math.min(first, finalFrom);
  }

  private boolean isTied(PartLayout.Held held) {
    return groups.tied().values().stream().anyMatch(names -> names.contains(held.local().name()));
  }

  private void sumUp() {
    if (finalFrom < summedFrom) {
      Tensor bucket = part.gradients().flat().slice(finalFrom, summedFrom - finalFrom);
      underway.add(replicas.allReduceSumInPlaceLater(bucket));
      summedFrom = finalFrom;
    }
  }

  /** Everything has gone backwards: sums up the rest, and waits. */
  void finish() {
    Activity before = clock.switchTo(Activity.ALL_REDUCE);
    for (Map.Entry<Communicator, List<String>> tie : groups.tied().entrySet()) {
      for (String name : tie.getValue()) {
        tie.getKey().allReduceSumInPlace(part.gradients().tensor(name));
      }
    }
    if (replicas.size() > 1) {
      finalFrom = 0;
      sumUp();
      underway.forEach(Pending::await);
    }
    clock.switchTo(before);
  }
}
