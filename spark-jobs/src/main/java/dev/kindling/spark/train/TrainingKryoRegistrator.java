package dev.kindling.spark.train;

import com.esotericsoftware.kryo.Kryo;
import dev.kindling.spark.checkpoint.CheckpointKryo;
import dev.kindling.spark.parallel.ParameterShard;
import dev.kindling.spark.parallel.WorkerState;
import dev.kindling.spark.train.timeline.TaskPlace;
import dev.kindling.spark.train.timeline.TaskTimes;
import org.apache.spark.serializer.KryoRegistrator;

/**
 * Every class of ours that travels between executors. With {@code spark.kryo.registrationRequired}
 * anything else is an error, so nothing large or strange gets into a shuffle unnoticed.
 */
public final class TrainingKryoRegistrator implements KryoRegistrator {
  @Override
  public void registerClasses(Kryo kryo) {
    register(kryo, ParameterShard.class);
    register(kryo, WorkerState.class);
    register(kryo, ReplicaReport.class);
    register(kryo, SkippedStep.class);
    register(kryo, TaskTimes.class);
    register(kryo, TaskPlace.class);
    register(kryo, Contribution.class);
    register(kryo, PartContribution.class);
    register(kryo, ReplicaOutcome.class);
    register(kryo, ShardOutcome.class);
    register(kryo, BatchLoss.class);
    CheckpointKryo.types().forEach(type -> register(kryo, type));
    kryo.register(Contribution[].class);
    kryo.register(ReplicaReport[].class);
    kryo.register(SkippedStep[].class);
    kryo.register(TaskTimes[].class);
    kryo.register(double[].class);
    kryo.register(Object[].class);
  }

  private static <T extends Record> void register(Kryo kryo, Class<T> type) {
    kryo.register(type, new RecordKryoSerializer<>(type));
  }
}
