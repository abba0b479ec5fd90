package dev.kindling.spark.communicate;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.apache.spark.SparkConf;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.TransportClientBootstrap;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.crypto.AuthClientBootstrap;
import org.apache.spark.network.crypto.AuthServerBootstrap;
import org.apache.spark.network.netty.SparkTransportConf;
import org.apache.spark.network.sasl.SecretKeyHolder;
import org.apache.spark.network.server.TransportServer;
import org.apache.spark.network.server.TransportServerBootstrap;
import org.apache.spark.network.util.TransportConf;
import scala.Option;

/**
 * A process' place in the network, on Spark's own ({@code spark-network-common}): a server that
 * listens on one host, for all groups that ranks of this process are in. Its settings are those of
 * Spark's network layer under {@code spark.kindling.io.*}.
 */
public final class Transport implements AutoCloseable {
  /** Who this process is, among all. */
  static final String JVM = UUID.randomUUID().toString();

  private static final String MODULE = "kindling";

  private final TransportContext context;
  private final TransportServer server;
  private final List<TransportClientBootstrap> clientBootstraps;
  private final String host;

  private Transport(TransportConf conf, SecretKeyHolder secrets, String appId, String host) {
    this.host = host;
    context = new TransportContext(conf, new MessageHandler());
    List<TransportServerBootstrap> serverBootstraps =
        secrets == null ? List.of() : List.of(new AuthServerBootstrap(conf, secrets));
    clientBootstraps =
        secrets == null ? List.of() : List.of(new AuthClientBootstrap(conf, appId, secrets));
    server = context.createServer(host, 0, serverBootstraps);
  }

  /**
   * Starts to listen, for peers that know the key of a group.
   *
   * @param host to listen on, at a port that is free
   */
  public static Transport listen(SparkConf conf, String host) {
    return new Transport(conf(conf), null, null, host);
  }

  /**
   * Starts to listen, for peers that know the secret of the application too.
   *
   * @param secrets also decide on encryption, with {@code spark.network.crypto.*}
   * @param host to listen on, at a port that is free
   */
  public static Transport listen(SparkConf conf, SecretKeyHolder secrets, String host) {
    return new Transport(conf(conf), secrets, conf.get("spark.app.id"), host);
  }

  private static TransportConf conf(SparkConf conf) {
    return SparkTransportConf.fromSparkConf(conf, MODULE, 0, Option.apply(null));
  }

  /** Where others reach this process. */
  public Endpoint endpoint() {
    return new Endpoint(host, server.getPort(), JVM);
  }

  /**
   * One rank of a group whose ranks know each other's endpoints. It can be sent to from now on, and
   * may send once the others have joined too.
   *
   * @param endpoints by rank
   * @param timeout of every wait
   */
  public Communicator join(GroupKey key, int rank, List<Endpoint> endpoints, Duration timeout) {
    Mailbox mailbox = Mailboxes.open(key, rank, endpoints.size());
    return new GroupCommunicator(group(rank, Member.all(key, endpoints), mailbox, timeout));
  }

  /** The same of ranks that each have a key of their own, with the mailbox of this one. */
  Group group(int rank, List<Member> members, Mailbox mailbox, Duration timeout) {
    TransportClientFactory clients = context.createClientFactory(clientBootstraps);
    return new Group(rank, members, mailbox, new Connections(clients), timeout);
  }

  @Override
  public void close() {
    server.close();
    context.close();
  }
}
