using System.Xml.Linq;
using Attendance.Web.Data.Protection;
using Xunit;

namespace Attendance.Tests.Data;

/// <summary>What is written in databases about their keys, and must be understood for as long as there are such databases.</summary>
public sealed class KeyRingTests
{
    private const string Written = "Attendance.Web.Data.Protection.SecretXmlDecryptor, Attendance.Web, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null";

    [Fact]
    public void The_decryptor_that_keys_name_is_found() => Assert.Equal(typeof(SecretXmlDecryptor), Type.GetType(Written, throwOnError: true));

    [Fact]
    public void Keys_name_the_decryptor_as_ever() =>
        Assert.Equal(Written, new SecretXmlEncryptor("a secret of the tests").Encrypt(new XElement("key")).DecryptorType.AssemblyQualifiedName);
}
