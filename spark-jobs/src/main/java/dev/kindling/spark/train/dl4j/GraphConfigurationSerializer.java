package dev.kindling.spark.train.dl4j;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;

/** Configurations as their JSON, which has the number of iterations too. */
final class GraphConfigurationSerializer extends Serializer<ComputationGraphConfiguration> {
  @Override
  public void write(Kryo kryo, Output output, ComputationGraphConfiguration configuration) {
    output.writeString(configuration.toJson());
  }

  @Override
  public ComputationGraphConfiguration read(
      Kryo kryo, Input input, Class<ComputationGraphConfiguration> type) {
    return ComputationGraphConfiguration.fromJson(input.readString());
  }
}
