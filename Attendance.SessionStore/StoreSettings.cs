using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Attendance.SessionStore;

/// <summary>The store's settings. They are read from environment variables, so that no secret appears on a command line.</summary>
/// <param name="DataFolder">The folder for the data, or null to keep the data in memory only.</param>
internal sealed record StoreSettings(int Port, string Password, string? DataFolder)
{
    private const string PortKey = "SessionStore__Port";
    private const string PasswordKey = "SessionStore__Password";
    private const string FolderKey = "SessionStore__DataFolder";

    /// <exception cref="InvalidOperationException">A value is missing or invalid. The message names its key.</exception>
    public static StoreSettings Read(Func<string, string?> variable)
    {
        var port = variable(PortKey);
        if (!int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > 65535)
        {
            throw new InvalidOperationException($"{PortKey} is '{port}'; it must be a port number from 1 to 65535.");
        }

        if (variable(PasswordKey) is not { Length: > 0 } password)
        {
            throw new InvalidOperationException($"{PasswordKey} is not set; the store does not run without a password.");
        }

        return new StoreSettings(number, password, variable(FolderKey) is { Length: > 0 } folder ? folder : null);
    }

    /// <exception cref="InvalidOperationException">The port cannot be opened. The message says why.</exception>
    public void RequireFreePort()
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, Port);
            listener.Start();
        }
        catch (SocketException error)
        {
            throw new InvalidOperationException($"{PortKey} is {Port}, and that port cannot be opened: {error.Message}. Set another one, or end the process that has it.", error);
        }
    }
}
