using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Attendance.Web.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class LogoutTokens : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTime>(
                name: "TriedAt",
                table: "sign_in_counts",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "spent_logout_tokens",
                columns: table => new
                {
                    Key = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    Until = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_spent_logout_tokens", x => x.Key);
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "spent_logout_tokens");

            migrationBuilder.DropColumn(
                name: "TriedAt",
                table: "sign_in_counts");
        }
    }
}
